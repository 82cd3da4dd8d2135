/** A gRPC server that answers some methods of unitedrhino's services, and all others with "unimplemented". */
import { Server, ServerCredentials, type handleUnaryCall } from '@grpc/grpc-js';
import { RhinoError, toStatus } from './rhino-error';
import { readRhinoUser, type RhinoUser } from './user-context';
import { rhinoService, rhinoServices, type PackageName } from './descriptors';

/** Answers a request; what it throws is the error that the caller gets. */
export type Method<Request> = (request: Request, user: RhinoUser | undefined) => object | Promise<object>;

/** Methods by service and name: `{ DeviceManage: { deviceInfoRead } }`. */
export type Methods = Readonly<Record<string, Readonly<Record<string, Method<never>>>>>;

export interface RhinoServer {
  readonly port: number;
  stop(): Promise<void>;
}

const unary =
  (method: Method<never>): handleUnaryCall<unknown, unknown> =>
  (call, callback) => {
    const answer = async (): Promise<object> => method(call.request as never, readRhinoUser(call.metadata));
    answer().then(
      (response) => callback(null, response),
      (thrown: unknown) => callback(toStatus(RhinoError.from(thrown))),
    );
  };

/** Serves a package on this machine; port 0 lets the system choose. */
export const startRhinoServer = async (
  packageName: PackageName,
  methods: Methods,
  wantedPort: number,
): Promise<RhinoServer> => {
  const server = new Server();
  for (const name of rhinoServices(packageName)) {
    const handlers = methods[name.slice(packageName.length + 1)] ?? {};
    // grpc-js answers "unimplemented" by itself where a method has no handler.
    server.addService(
      rhinoService(name),
      Object.fromEntries(Object.entries(handlers).map(([method, handler]) => [method, unary(handler)])),
    );
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${wantedPort}`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        // A caller that keeps its connection must not keep a test.
        server.tryShutdown(() => resolve());
        setTimeout(() => server.forceShutdown(), 500).unref();
      }),
  };
};
