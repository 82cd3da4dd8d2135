/**
 * File descriptors as reflection clients need them. Those of the loader lack what a strict client (Go's protodesc, hence
 * grpcurl) insists on: the files that a file uses (grpc-node issue 2595), and the names of map entries
 * (descriptor.proto, `MessageOptions.map_entry`: "map<KeyType, ValueType> map_field" makes "MapFieldEntry").
 */
import type { PackageDefinition } from '@grpc/proto-loader';
import descriptor, { type IDescriptorProto, type IFileDescriptorProto } from 'protobufjs/ext/descriptor/index.js';

/** The files of all packages, each once, encoded. */
export const linkFileDescriptors = (packages: readonly PackageDefinition[]): Buffer[] => {
  const files = new Map<string, IFileDescriptorProto>();
  for (const encoded of encodedFiles(packages)) {
    const file = descriptor.FileDescriptorProto.decode(encoded) as IFileDescriptorProto;
    if (file.name) files.set(file.name, file);
  }
  for (const file of files.values()) for (const { message } of messagesOf(file)) nameMapEntries(message);
  const fileOfType = new Map<string, string>();
  for (const [name, file] of files) for (const type of typesOf(file)) fileOfType.set(type, name);

  return [...files.values()].map((file) => {
    const used = new Set<string>();
    const resolve = (scope: string, type: string): string => {
      const full = resolveType(scope, type, fileOfType);
      used.add(fileOfType.get(full) ?? '');
      return `.${full}`;
    };
    resolveReferences(file, resolve);
    file.dependency = [...used].filter((name) => name !== file.name);
    return Buffer.from(descriptor.FileDescriptorProto.encode(file).finish());
  });
};

/** Each file once: the loader hangs the very same bytes on every message and service of a package. */
const encodedFiles = (packages: readonly PackageDefinition[]): ReadonlySet<Buffer> => {
  const files = new Set<Buffer>();
  for (const entry of [...new Set(packages)].flatMap((each) => Object.values(each))) {
    const { fileDescriptorProtos } = entry as { fileDescriptorProtos?: unknown };
    if (Array.isArray(fileDescriptorProtos)) for (const file of fileDescriptorProtos as Buffer[]) files.add(file);
  }
  return files;
};

const join = (scope: string, name: string | undefined): string => (scope ? `${scope}.${name}` : String(name));

interface NamedMessage {
  readonly name: string;
  readonly message: IDescriptorProto;
}

/** All messages of the file, those within others too, with their full names. */
const messagesOf = ({ package: scope = '', messageType }: IFileDescriptorProto): NamedMessage[] => {
  const within = (outer: string, messages: readonly IDescriptorProto[] = []): NamedMessage[] =>
    messages.flatMap((message) => {
      const name = join(outer, message.name);
      return [{ name, message }, ...within(name, message.nestedType)];
    });
  return within(scope, messageType);
};

const typesOf = (file: IFileDescriptorProto): string[] => {
  const messages = messagesOf(file);
  return [
    ...messages.map(({ name }) => name),
    ...messages.flatMap(({ name, message }) => (message.enumType ?? []).map((type) => join(name, type.name))),
    ...(file.enumType ?? []).map((type) => join(file.package ?? '', type.name)),
  ];
};

const mapEntryName = (field: string): string =>
  `${field.replace(/(?:^|_)(.?)/g, (_all, first: string) => first.toUpperCase())}Entry`;

const nameMapEntries = ({ field = [], nestedType = [] }: IDescriptorProto): void => {
  const entries = new Map(nestedType.filter(({ options }) => options?.mapEntry).map((entry) => [entry.name, entry]));
  for (const each of field) {
    const entry = entries.get(each.typeName);
    if (!entry || !each.name) continue;
    each.typeName = mapEntryName(each.name);
    entry.name = each.typeName;
  }
};

/** The full name of a type: looked for in the scope itself, then in those around it, as protobuf does. */
const resolveType = (scope: string, type: string, known: ReadonlyMap<string, string>): string => {
  if (type.startsWith('.')) return type.slice(1);
  for (let within = scope; within !== ''; within = within.slice(0, Math.max(0, within.lastIndexOf('.')))) {
    if (known.has(`${within}.${type}`)) return `${within}.${type}`;
  }
  return type;
};

const resolveReferences = (file: IFileDescriptorProto, resolve: (scope: string, type: string) => string): void => {
  for (const { name, message } of messagesOf(file)) {
    for (const field of message.field ?? []) if (field.typeName) field.typeName = resolve(name, field.typeName);
  }
  for (const method of (file.service ?? []).flatMap((service) => service.method ?? [])) {
    method.inputType = resolve(file.package ?? '', method.inputType ?? '');
    method.outputType = resolve(file.package ?? '', method.outputType ?? '');
  }
};
