/** Calls a dm.rpc or timedjob.rpc as unitedrhino's services and its SDK do: their messages, their user, their errors. */
import { credentials, makeGenericClientConstructor, Metadata, type Client, type ServiceError } from '@grpc/grpc-js';
import { rhinoService, type PackageName } from '../wire/descriptors';
import { ROOT_USER, writeRhinoUser, type RhinoUser } from '../wire/user-context';
import { readCallError } from './errors';

/** Milliseconds that a call may take; longer than a device has for its answer. */
const DEADLINE_MS = 20_000;

type Unary = (
  request: object,
  metadata: Metadata,
  options: { deadline: number },
  callback: (error: ServiceError | null, response: Answer) => void,
) => void;

/** What came back: int64 is text, absent messages are null. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Answer = Readonly<Record<string, any>>;

export class RhinoClient {
  private readonly clients = new Map<string, Client>();

  /**
   * @param address `host:port`
   * @param user who calls, where the call says nothing else; null for nobody
   */
  constructor(
    private readonly address: string,
    private readonly user: RhinoUser | null = ROOT_USER,
  ) {}

  /**
   * @param method as in `dm.DeviceManage/deviceInfoRead`
   * @throws {RhinoCallError}
   */
  call(method: string, request: object = {}, user: RhinoUser | null = this.user): Promise<Answer> {
    const [service = '', name = ''] = method.split('/') as [`${PackageName}.${string}`, string];
    const client = this.clientOf(service as `${PackageName}.${string}`) as unknown as Record<string, Unary>;
    const metadata = new Metadata();
    if (user) writeRhinoUser(metadata, user);
    return new Promise((resolve, reject) => {
      client[name]!(request, metadata, { deadline: Date.now() + DEADLINE_MS }, (error, response) =>
        error ? reject(readCallError(error)) : resolve(response),
      );
    });
  }

  close(): void {
    for (const client of this.clients.values()) client.close();
  }

  private clientOf(service: `${PackageName}.${string}`): Client {
    let client = this.clients.get(service);
    if (!client) {
      const Constructor = makeGenericClientConstructor(rhinoService(service), service);
      client = new Constructor(this.address, credentials.createInsecure());
      this.clients.set(service, client);
    }
    return client;
  }
}
