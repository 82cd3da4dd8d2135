export { brokerSuite } from './broker-suite/broker-suite';
export type { BrokerUnderTest } from './broker-suite/stage';
export type { RecordingEndpoint } from './broker-suite/recording-endpoint';
export { startEtcd, type EtcdServerOptions, type TestEtcd } from './etcd-server';
export { eventually } from './eventually';
export { freePort } from './free-port';
export { temporaryFolder, removeFolder } from './guardian';
export { startNats, type NatsServerOptions, type TestNats } from './nats-server';
export { PATIENCE_MS } from './patience';
export { CERTIFIED_ROLE, startPostgres, type TestDatabase, type TestPostgres } from './postgres-server';
export { readVectors } from './read-vectors';
export { RawMqtt, type RawMqttOptions } from './raw-mqtt';
export {
  ConnectRefusedError,
  SdkDevice,
  type AlinkReply,
  type AlinkRequest,
  type Answer,
  type Arrived,
  type RequestOptions,
  type SdkDeviceOptions,
} from './sdk-device';
export { seededRandom, type SeededRandom } from './seeded-random';
export { subDeviceProof, type SubDeviceProof, type SubDeviceProofOptions } from './sub-device-proof';
export type { RestartableServer } from './restartable-server';
export { ServerProcess, type ServerCommand } from './server-process';
export { createDatabase } from './shared-postgres';
export { spawnApp, spawnProgram, type SpawnedApp } from './spawned-app';
export {
  PLATFORM_START_MS,
  SpawnedPlatform,
  type AppName,
  type NodePorts,
  type PlatformParts,
  type RunApp,
  type SpawnedPlatformOptions,
} from './spawned-platform';
export { testAuthority, type CertificateFilesOfTest, type TestAuthority } from './test-authority';
export type { ServerTls } from './server-tls';
