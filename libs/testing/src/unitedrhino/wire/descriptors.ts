/**
 * unitedrhino's gRPC services out of the facts in vectors/service-wire.json (its public `.proto` files: names, numbers,
 * types), all of them, and not out of our own `.proto` files: what both sides of a test say stands written down twice.
 */
import { fromJSON, type PackageDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import protobuf from 'protobufjs';
import { readVectors } from '../../read-vectors';

interface PackageFacts {
  /** Service → method → its request and its response. */
  readonly services: Readonly<Record<string, Readonly<Record<string, readonly [string, string]>>>>;
  /** Message (`Outer.Inner` where it is nested) → field → its number and its type. */
  readonly messages: Readonly<Record<string, Readonly<Record<string, readonly [number, string]>>>>;
}

export type PackageName = 'dm' | 'timedjob';

/** As go-zero's clients see it: int64 as text (ids exceed 2^53), an absent message as null, an absent scalar as its zero. */
const OPTIONS = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true };

/** A field of the facts (`repeated X`, `map<K,V>`, `X`) as protobufjs describes it. */
const fieldOf = (id: number, text: string): protobuf.IField | protobuf.IMapField => {
  const [, keyType, valueType] = /^map<(\w+),(\w+)>$/.exec(text) ?? [];
  const type = (valueType ?? text.replace('repeated ', '')).replace(/^(String|Int64)Value$/, 'google.protobuf.$&');
  if (keyType) return { id, type, keyType };
  return text.startsWith('repeated ') ? { id, type, rule: 'repeated' } : { id, type };
};

const messagesOf = (facts: PackageFacts): Record<string, protobuf.IType> => {
  const types: Record<string, protobuf.IType> = {};
  // The shortest names first: a parent comes before what is nested in it.
  const names = Object.keys(facts.messages).sort((a, b) => a.length - b.length);
  for (const name of names) {
    const fields = Object.entries(facts.messages[name] ?? {}).map(([field, [id, text]]) => [field, fieldOf(id, text)]);
    const type = { fields: Object.fromEntries(fields) as protobuf.IType['fields'] };
    const [outer = '', inner] = name.split('.');
    if (inner === undefined) types[outer] = type;
    else (types[outer]!.nested ??= {})[inner] = type;
  }
  return types;
};

const servicesOf = (facts: PackageFacts): Record<string, protobuf.IService> =>
  Object.fromEntries(
    Object.entries(facts.services).map(([name, methods]) => [
      name,
      {
        methods: Object.fromEntries(
          Object.entries(methods).map(([method, [requestType, responseType]]) => [
            method,
            { requestType, responseType, comment: '' },
          ]),
        ),
      },
    ]),
  );

const loaded = new Map<PackageName, PackageDefinition>();

const load = (name: PackageName): PackageDefinition => {
  const facts = readVectors<Record<PackageName, PackageFacts>>('service-wire')[name];
  const wrappers = protobuf.common.get('google/protobuf/wrappers.proto')?.nested;
  const nested = { [name]: { nested: { ...messagesOf(facts), ...servicesOf(facts) } }, ...wrappers };
  const definition = fromJSON({ nested } as protobuf.INamespace, OPTIONS);
  loaded.set(name, definition);
  return definition;
};

/**
 * A service with every method that unitedrhino has.
 * @param name as in `dm.DeviceManage`
 */
export const rhinoService = (name: `${PackageName}.${string}`): ServiceDefinition => {
  const packageName = name.split('.')[0] as PackageName;
  return (loaded.get(packageName) ?? load(packageName))[name] as ServiceDefinition;
};

/** The names of all services of a package: `dm.DeviceManage`, ... */
export const rhinoServices = (packageName: PackageName): `${PackageName}.${string}`[] =>
  Object.keys(readVectors<Record<PackageName, PackageFacts>>('service-wire')[packageName].services).map(
    (service) => `${packageName}.${service}` as const,
  );
