/**
 * File descriptors as reflection clients need them: each file names the files that it uses. The loader leaves
 * `dependency` empty (grpc-node issue 2595), and a strict client (Go's protodesc, hence grpcurl) then refuses the file.
 */
import type { PackageDefinition } from '@grpc/proto-loader';
import descriptor, { type IDescriptorProto, type IFileDescriptorProto } from 'protobufjs/ext/descriptor/index.js';

/** The files of all packages, each once, encoded. */
export const linkFileDescriptors = (packages: readonly PackageDefinition[]): Buffer[] => {
  const files = new Map<string, IFileDescriptorProto>();
  for (const encoded of packages.flatMap(encodedFiles)) {
    const file = descriptor.FileDescriptorProto.decode(encoded) as IFileDescriptorProto;
    if (file.name) files.set(file.name, file);
  }
  const fileOfType = new Map<string, string>();
  for (const [name, file] of files) for (const type of typesOf(file)) fileOfType.set(type, name);

  return [...files].map(([name, file]) => {
    const used = referencesOf(file).map(({ scope, type }) => fileOf(scope, type, fileOfType));
    file.dependency = [...new Set(used)].filter((other) => other !== undefined && other !== name) as string[];
    file.syntax ||= 'proto3';
    return Buffer.from(descriptor.FileDescriptorProto.encode(file).finish());
  });
};

const encodedFiles = (definition: PackageDefinition): Buffer[] =>
  Object.values(definition).flatMap((entry) => {
    const { fileDescriptorProtos } = entry as { fileDescriptorProtos?: unknown };
    return Array.isArray(fileDescriptorProtos) ? (fileDescriptorProtos as Buffer[]) : [];
  });

const join = (scope: string, name: string | undefined): string => (scope ? `${scope}.${name}` : String(name));

const messagesOf = (
  scope: string,
  types: readonly IDescriptorProto[] = [],
): { name: string; message: IDescriptorProto }[] =>
  types.flatMap((message) => {
    const name = join(scope, message.name);
    return [{ name, message }, ...messagesOf(name, message.nestedType)];
  });

const typesOf = (file: IFileDescriptorProto): string[] => {
  const scope = file.package ?? '';
  const messages = messagesOf(scope, file.messageType);
  return [
    ...messages.map(({ name }) => name),
    ...messages.flatMap(({ name, message }) => (message.enumType ?? []).map((type) => join(name, type.name))),
    ...(file.enumType ?? []).map((type) => join(scope, type.name)),
  ];
};

interface Reference {
  readonly scope: string;
  readonly type: string;
}

const referencesOf = (file: IFileDescriptorProto): Reference[] => {
  const scope = file.package ?? '';
  const ofFields = messagesOf(scope, file.messageType).flatMap(({ name, message }) =>
    (message.field ?? []).map(({ typeName }) => ({ scope: name, type: typeName ?? '' })),
  );
  const ofMethods = (file.service ?? [])
    .flatMap(({ method }) => method ?? [])
    .flatMap(({ inputType, outputType }) => [
      { scope, type: inputType ?? '' },
      { scope, type: outputType ?? '' },
    ]);
  return [...ofFields, ...ofMethods].filter(({ type }) => type !== '');
};

/** The file that holds the type: looked for in the scope itself, then in those around it, as protobuf does. */
const fileOf = (scope: string, type: string, fileOfType: ReadonlyMap<string, string>): string | undefined => {
  if (type.startsWith('.')) return fileOfType.get(type.slice(1));
  for (let within = scope; within !== ''; within = within.slice(0, Math.max(0, within.lastIndexOf('.')))) {
    const file = fileOfType.get(`${within}.${type}`);
    if (file !== undefined) return file;
  }
  return fileOfType.get(type);
};
