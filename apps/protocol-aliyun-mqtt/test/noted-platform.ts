/** dm.rpc and timedjob.rpc as a node finds them, on real sockets: they note every call, and know one product. */
import { isDeepStrictEqual } from 'node:util';
import { serviceKeys, services, type Service, type UserContext } from '@alink/contract';
import { createMemoryRegistry } from '@alink/discovery';
import { connectRpc, startRpcServer, type CallContext, type ServedService } from '@alink/rpc';
import type { Logger } from '@alink/runtime';
import { PRODUCT_KEY, secretOf } from './listed-dm';

interface Call {
  readonly method: string;
  readonly request: Record<string, unknown>;
  /** Whom it is made for, as it says itself. */
  readonly user?: UserContext;
}
type Answers = Record<string, (request: Record<string, never[]>) => object>;

/** Every device of the product exists. */
const answers: Answers = {
  resolve: ({ devices = [], productKeys = [] }) => ({
    devices: devices.map(({ deviceName }: { deviceName: string }) => ({
      productKey: PRODUCT_KEY,
      productID: PRODUCT_KEY,
      deviceName,
      secret: secretOf(deviceName),
      enabled: true,
    })),
    products:
      devices.length + productKeys.length > 0
        ? [{ productKey: PRODUCT_KEY, productID: PRODUCT_KEY, enabled: true, autoRegister: 1, validation: 'weak' }]
        : [],
  }),
};

export const startNotedPlatform = async (log: Logger) => {
  const calls: Call[] = [];
  const asked: Answers = {};
  const noted = (service: Service): ServedService => ({
    service,
    handlers: Object.fromEntries(
      Object.keys(service.definition).map((method) => [
        method,
        async (request: Record<string, never[]>, { user }: CallContext) => {
          calls.push({ method, request, user });
          return (asked[method] ?? answers[method])?.(request) ?? {};
        },
      ]),
    ),
  });
  const { protocolManage, deviceManage, directory, presence, timedManage } = services;
  const server = await startRpcServer({
    host: '127.0.0.1',
    port: 0,
    services: [protocolManage, deviceManage, directory, presence, timedManage].map(noted),
    log,
    graceMs: 100,
  });
  const address = `127.0.0.1:${server.port}`;
  const registry = createMemoryRegistry();
  await registry.register(serviceKeys.dm, address);
  await registry.register(serviceKeys.timedjob, address);
  const channel = connectRpc(address, { log });
  return {
    registry,
    channel,
    /** Requests of one method, oldest first. */
    requests: (method: string) => calls.filter((call) => call.method === method).map(({ request }) => request),
    /** Every call that was made for anybody but this user. */
    callsNotFor: (user: UserContext) => calls.filter((call) => !isDeepStrictEqual(call.user, user)),
    forget: () => void calls.splice(0),
    /** Lets a method answer so from now on. */
    answer: (method: string, answer: Answers[string]) => void (asked[method] = answer),
    stop: async () => {
      channel.close();
      await server.stop();
      await registry.close();
    },
  };
};
export type NotedPlatform = Awaited<ReturnType<typeof startNotedPlatform>>;
