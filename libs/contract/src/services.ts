/** The gRPC services of the platform: descriptors for the wire, types for the compiler. */
import type { MethodDefinition, ServiceDefinition } from '@grpc/proto-loader';
import { fromJSON, type PackageDefinition } from '@grpc/proto-loader';
import alinkJson from './generated/alink.json' with { type: 'json' };
import dgJson from './generated/dg.json' with { type: 'json' };
import dmJson from './generated/dm.json' with { type: 'json' };
import timedjobJson from './generated/timedjob.json' with { type: 'json' };
import type { CredentialsDefinition } from './generated/alink/Credentials';
import type { DeviceAdminDefinition } from './generated/alink/DeviceAdmin';
import type { DirectoryDefinition } from './generated/alink/Directory';
import type { RequestsDefinition } from './generated/alink/Requests';
import type { DeviceAuthDefinition } from './generated/dg/DeviceAuth';
import type { DeviceInteractDefinition } from './generated/dm/DeviceInteract';
import type { DeviceManageDefinition } from './generated/dm/DeviceManage';
import type { DeviceMsgDefinition } from './generated/dm/DeviceMsg';
import type { ProductManageDefinition } from './generated/dm/ProductManage';
import type { ProtocolManageDefinition } from './generated/dm/ProtocolManage';
import type { TimedManageDefinition } from './generated/timedjob/TimedManage';

/** int64 is text (ids exceed 2^53), absent messages are null, absent scalars their zero value. */
const options = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true };
const load = (json: unknown): PackageDefinition => fromJSON(json as Parameters<typeof fromJSON>[0], options);

/** Package definitions, as gRPC reflection wants them. */
export const packages = {
  dm: load(dmJson),
  timedjob: load(timedjobJson),
  dg: load(dgJson),
  alink: load(alinkJson),
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

const service = <Definition>(pkg: PackageDefinition, name: string): Service<Definition> => {
  const definition = pkg[name];
  if (!definition || 'format' in definition) throw new Error(`no service ${name} in its proto`);
  return { name, definition: definition as ServiceDefinition, package: pkg };
};

export const services = {
  productManage: service<ProductManageDefinition>(packages.dm, 'dm.ProductManage'),
  deviceManage: service<DeviceManageDefinition>(packages.dm, 'dm.DeviceManage'),
  deviceMsg: service<DeviceMsgDefinition>(packages.dm, 'dm.DeviceMsg'),
  deviceInteract: service<DeviceInteractDefinition>(packages.dm, 'dm.DeviceInteract'),
  protocolManage: service<ProtocolManageDefinition>(packages.dm, 'dm.ProtocolManage'),
  timedManage: service<TimedManageDefinition>(packages.timedjob, 'timedjob.TimedManage'),
  deviceAuth: service<DeviceAuthDefinition>(packages.dg, 'dg.DeviceAuth'),
  directory: service<DirectoryDefinition>(packages.alink, 'alink.Directory'),
  requests: service<RequestsDefinition>(packages.alink, 'alink.Requests'),
  credentials: service<CredentialsDefinition>(packages.alink, 'alink.Credentials'),
  deviceAdmin: service<DeviceAdminDefinition>(packages.alink, 'alink.DeviceAdmin'),
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
