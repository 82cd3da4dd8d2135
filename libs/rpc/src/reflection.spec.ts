import { services } from '@alink/contract';
import { credentials, loadPackageDefinition, type Client, type ClientDuplexStream } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import descriptor, { type IFileDescriptorProto } from 'protobufjs/ext/descriptor/index.js';
import { serve, startRpcServer, type Handlers, type RpcServer } from './index';
import { silent } from '../test/timed-server';

interface ReflectionResponse {
  listServicesResponse?: { service: { name: string }[] } | null;
  fileDescriptorResponse?: { fileDescriptorProto: Buffer[] } | null;
  errorResponse?: { errorMessage: string } | null;
}

const require = createRequire(import.meta.url);
const protoFolder = join(dirname(require.resolve('@grpc/reflection/package.json')), 'build/proto/grpc/reflection');

/** What grpcurl does: one stream, a question at a time. */
const ask = async (server: RpcServer, version: 'v1' | 'v1alpha', question: object): Promise<ReflectionResponse> => {
  const definition = loadSync(join(protoFolder, version, 'reflection.proto'));
  const loaded = loadPackageDefinition(definition) as unknown as {
    grpc: { reflection: Record<string, { ServerReflection: typeof Client }> };
  };
  const client = new loaded.grpc.reflection[version]!.ServerReflection(
    `127.0.0.1:${server.port}`,
    credentials.createInsecure(),
  ) as Client & { ServerReflectionInfo(): ClientDuplexStream<object, ReflectionResponse> };
  const stream = client.ServerReflectionInfo();
  try {
    return await new Promise((resolve, reject) => {
      stream.on('data', resolve);
      stream.on('error', reject);
      stream.write(question);
    });
  } finally {
    stream.end();
    client.close();
  }
};

const handlersOf = <S extends { definition: object }>(service: S): Handlers<S> =>
  Object.fromEntries(Object.keys(service.definition).map((name) => [name, async () => ({})])) as Handlers<S>;

let server: RpcServer;
beforeAll(async () => {
  server = await startRpcServer({
    host: '127.0.0.1',
    port: 0,
    services: [
      serve(services.deviceManage, handlersOf(services.deviceManage)),
      serve(services.productManage, handlersOf(services.productManage)),
      serve(services.directory, handlersOf(services.directory)),
    ],
    log: silent,
    graceMs: 500,
  });
});
afterAll(() => server.stop());

describe.each(['v1', 'v1alpha'] as const)('reflection %s', (version) => {
  test('lists the services that are served, and only those', async () => {
    const { listServicesResponse } = await ask(server, version, { listServices: '*' });
    expect(listServicesResponse!.service.map(({ name }) => name).sort()).toEqual([
      'alink.Directory',
      'dm.DeviceManage',
      'dm.ProductManage',
      'grpc.health.v1.Health',
    ]);
  });

  test('hands out files that name every file they use', async () => {
    const { fileDescriptorResponse } = await ask(server, version, { fileContainingSymbol: 'dm.DeviceManage' });
    const files = fileDescriptorResponse!.fileDescriptorProto.map(
      (bytes) => descriptor.FileDescriptorProto.decode(bytes) as IFileDescriptorProto,
    );
    const byName = new Map(files.map((file) => [file.name, file]));
    const dm = files.find((file) => file.package === 'dm')!;
    expect(dm.dependency).toHaveLength(1);
    expect(byName.get(dm.dependency![0]!)).toMatchObject({ package: 'google.protobuf' });
    expect(dm.service!.map(({ name }) => name)).toContain('DeviceManage');
  });

  test('answers for a symbol that is not there', async () => {
    const { errorResponse } = await ask(server, version, { fileContainingSymbol: 'dm.Nothing' });
    expect(errorResponse!.errorMessage).toContain('dm.Nothing');
  });
});
