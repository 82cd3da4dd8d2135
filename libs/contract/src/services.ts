/** The gRPC services of the platform: descriptors for the wire, types for the compiler. */
import type { MethodDefinition, ServiceDefinition } from '@grpc/proto-loader';
import { fromJSON, type PackageDefinition } from '@grpc/proto-loader';
import alinkJson from './generated/alink.json' with { type: 'json' };
import dgJson from './generated/dg.json' with { type: 'json' };
import dmJson from './generated/dm.json' with { type: 'json' };
import timedjobJson from './generated/timedjob.json' with { type: 'json' };
import type { CatalogDefinition } from './generated/alink/Catalog';
import type { ConfigurationsDefinition } from './generated/alink/Configurations';
import type { CredentialsDefinition } from './generated/alink/Credentials';
import type { DesiredDefinition } from './generated/alink/Desired';
import type { DeviceAdminDefinition } from './generated/alink/DeviceAdmin';
import type { DeviceJobsDefinition } from './generated/alink/DeviceJobs';
import type { DeviceLogsDefinition } from './generated/alink/DeviceLogs';
import type { DirectoryDefinition } from './generated/alink/Directory';
import type { FilesDefinition } from './generated/alink/Files';
import type { PresenceDefinition } from './generated/alink/Presence';
import type { RequestsDefinition } from './generated/alink/Requests';
import type { ShadowDefinition } from './generated/alink/Shadow';
import type { StatusDefinition } from './generated/alink/Status';
import type { TopicsDefinition } from './generated/alink/Topics';
import type { DeviceAuthDefinition } from './generated/dg/DeviceAuth';
import type { DeviceGroupDefinition } from './generated/dm/DeviceGroup';
import type { DeviceInteractDefinition } from './generated/dm/DeviceInteract';
import type { DeviceManageDefinition } from './generated/dm/DeviceManage';
import type { DeviceMsgDefinition } from './generated/dm/DeviceMsg';
import type { OtaManageDefinition } from './generated/dm/OtaManage';
import type { ProductManageDefinition } from './generated/dm/ProductManage';
import type { ProtocolManageDefinition } from './generated/dm/ProtocolManage';
import type { RemoteConfigDefinition } from './generated/dm/RemoteConfig';
import type { SchemaManageDefinition } from './generated/dm/SchemaManage';
import type { userDeviceDefinition as UserDeviceDefinition } from './generated/dm/userDevice';
import type { TimedManageDefinition } from './generated/timedjob/TimedManage';

/** int64 is text (ids exceed 2^53), absent messages are null, absent scalars their zero value. */
const options = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true };
type PackageSource = () => PackageDefinition;

/** Read when first asked for: it takes milliseconds, and a program that calls one service needs one package. */
const load = (json: unknown): PackageSource => {
  let loaded: PackageDefinition | undefined;
  return () => (loaded ??= fromJSON(json as Parameters<typeof fromJSON>[0], options));
};
const dm = load(dmJson);
const timedjob = load(timedjobJson);
const dg = load(dgJson);
const alink = load(alinkJson);

/** Package definitions, as gRPC reflection wants them. */
export const packages = {
  get dm() {
    return dm();
  },
  get timedjob() {
    return timedjob();
  },
  get dg() {
    return dg();
  },
  get alink() {
    return alink();
  },
} as const;

/** A service: its full name (`dm.DeviceManage`) and its typed definition. */
export interface Service<Definition = unknown> {
  readonly name: string;
  readonly definition: ServiceDefinition;
  /** The package it stands in, for reflection. */
  readonly package: PackageDefinition;
  /** Carries the type only; never set. */
  readonly types?: Definition;
}

const service = <Definition>(source: PackageSource, name: string): Service<Definition> => ({
  name,
  get definition() {
    const definition = source()[name];
    if (!definition || 'format' in definition) throw new Error(`no service ${name} in its proto`);
    return definition as ServiceDefinition;
  },
  get package() {
    return source();
  },
});

export const services = {
  productManage: service<ProductManageDefinition>(dm, 'dm.ProductManage'),
  deviceManage: service<DeviceManageDefinition>(dm, 'dm.DeviceManage'),
  deviceMsg: service<DeviceMsgDefinition>(dm, 'dm.DeviceMsg'),
  deviceInteract: service<DeviceInteractDefinition>(dm, 'dm.DeviceInteract'),
  deviceGroup: service<DeviceGroupDefinition>(dm, 'dm.DeviceGroup'),
  userDevice: service<UserDeviceDefinition>(dm, 'dm.userDevice'),
  remoteConfig: service<RemoteConfigDefinition>(dm, 'dm.RemoteConfig'),
  otaManage: service<OtaManageDefinition>(dm, 'dm.OtaManage'),
  schemaManage: service<SchemaManageDefinition>(dm, 'dm.SchemaManage'),
  protocolManage: service<ProtocolManageDefinition>(dm, 'dm.ProtocolManage'),
  timedManage: service<TimedManageDefinition>(timedjob, 'timedjob.TimedManage'),
  deviceAuth: service<DeviceAuthDefinition>(dg, 'dg.DeviceAuth'),
  directory: service<DirectoryDefinition>(alink, 'alink.Directory'),
  presence: service<PresenceDefinition>(alink, 'alink.Presence'),
  requests: service<RequestsDefinition>(alink, 'alink.Requests'),
  credentials: service<CredentialsDefinition>(alink, 'alink.Credentials'),
  deviceAdmin: service<DeviceAdminDefinition>(alink, 'alink.DeviceAdmin'),
  desired: service<DesiredDefinition>(alink, 'alink.Desired'),
  shadow: service<ShadowDefinition>(alink, 'alink.Shadow'),
  catalog: service<CatalogDefinition>(alink, 'alink.Catalog'),
  configurations: service<ConfigurationsDefinition>(alink, 'alink.Configurations'),
  deviceLogs: service<DeviceLogsDefinition>(alink, 'alink.DeviceLogs'),
  files: service<FilesDefinition>(alink, 'alink.Files'),
  status: service<StatusDefinition>(alink, 'alink.Status'),
  topics: service<TopicsDefinition>(alink, 'alink.Topics'),
  deviceJobs: service<DeviceJobsDefinition>(alink, 'alink.DeviceJobs'),
} as const;

/** Keys under which services stand in the registry (etcd). */
export const serviceKeys = {
  dm: 'dm.rpc',
  timedjob: 'timedjob.rpc',
  dg: 'dg.rpc',
  /** Instances of our node, by their ids. */
  node: 'alink.node',
  /** Where nodes of earlier versions stand. */
  formerNode: 'alink.gateway',
} as const;

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AnyMethod = MethodDefinition<any, any, any, any>;
/** Method names of a definition, without the index signature that definitions inherit. */
type Methods<D> = keyof { [M in keyof D as string extends M ? never : M]: D[M] extends AnyMethod ? true : never } &
  keyof D &
  string;

/** What a client of the service can call. */
export type CallsOf<D, Options> = {
  readonly [M in Methods<D>]: D[M] extends MethodDefinition<infer Req, infer _Res, infer _In, infer Out>
    ? (request: Req, options?: Options) => Promise<Out>
    : never;
};

/** What a server of the service implements. */
export type HandlersOf<D, Context> = {
  readonly [M in Methods<D>]: D[M] extends MethodDefinition<infer _Req, infer Res, infer In, infer _Out>
    ? (request: In, context: Context) => Promise<Res>
    : never;
};
