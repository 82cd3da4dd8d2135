export { monotonicClock, systemClock, type Clock } from './clock';
export { ConfigError, describeConfig, loadConfig, type Environment } from './config';
export {
  baseUrl,
  durationSeconds,
  host,
  hostList,
  logLevel,
  oneOf,
  onOff,
  port,
  secret,
  text,
  timeZone,
  url,
  wholeNumber,
  type LogLevel,
} from './config-fields';
export { commonFields } from './common-fields';
export { FollowedFiles, type FollowedFilesOptions } from './followed-files';
export { grpcClientFields, type GrpcClientConfig, type GrpcServerConfig } from './grpc-fields';
export {
  componentLogger,
  createLogger,
  createRootLogger,
  openProcessLog,
  type Logger,
  type LoggerOptions,
} from './logger';
export { maskUrlValue } from './secret-masking';
export { LogOutput, type LogOutputOptions, type LogTarget, type Loss } from './log-output';
export { startAll, type Part, type Running } from './lifecycle';
export { runMain, type MainOptions } from './run-main';
export { createMetrics, type Metrics } from './metrics';
export {
  createOpsServer,
  startOpsHttp,
  type OpsHttp,
  type OpsHttpOptions,
  type OpsServerOptions,
  type RouteHandler,
} from './ops-http';
export { startApart, type ApartOptions, type Outside } from './start-apart';
export { etcdFields, natsFields, type EtcdConfig, type NatsConfig } from './outside-fields';
export { requireBoth } from './require-both';
export { fileDescriptor, standardOutput } from './standard-output';
export { PartWatch, type PartCheck, type PartState, type PartWatchOptions } from './part-watch';
export { portTaken, StartError } from './start-error';
export { Seldom, withHeldBack, type SeldomOptions } from './seldom';
export { tlsFault } from './tls-fault';
export { readTlsFiles, type TlsContents, type TlsFiles } from './tls-files';
export { isTimeZone } from './time-zone';
export { TokenBucket } from './token-bucket';
export { Turns, type TurnsOptions } from './turns';
export { untilAvailable, type UntilAvailableOptions } from './until-available';
