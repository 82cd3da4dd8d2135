import { Code } from '@alink/contract';
import { RpcError } from '@alink/rpc';

/** Methods that stand in the contract and have nothing behind them yet: each answers 100018 with its name. */
export const notServed = <Name extends string>(...names: readonly Name[]): Record<Name, () => Promise<never>> =>
  Object.fromEntries(
    names.map((name) => [
      name,
      async () => {
        throw new RpcError(Code.notImplemented, `${name} is not served yet`);
      },
    ]),
  ) as Record<Name, () => Promise<never>>;
