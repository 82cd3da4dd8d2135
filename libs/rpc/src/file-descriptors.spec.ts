import { packages } from '@alink/contract';
import { fromJSON } from '@grpc/proto-loader';
import { jest } from '@jest/globals';
import descriptor, { type IDescriptorProto, type IFileDescriptorProto } from 'protobufjs/ext/descriptor/index.js';
import { linkFileDescriptors } from './file-descriptors';

const decode = (files: readonly Buffer[]) =>
  files.map((bytes) => descriptor.FileDescriptorProto.decode(bytes) as IFileDescriptorProto);

const map = (name: string, id: number, type: string) => ({ [name]: { keyType: 'string', type, id } });
const sample = fromJSON(
  {
    nested: {
      one: {
        nested: {
          Kind: { values: { A: 0 } },
          Inner: { fields: { kind: { type: 'Kind', id: 1 }, other: { type: 'two.Other', id: 2 } } },
          Outer: {
            fields: {
              inner: { type: 'Inner', id: 1 },
              ...map('plain', 2, 'string'),
              ...map('Capital', 3, 'Inner'),
              ...map('snake_case', 4, 'two.Other'),
            },
          },
          Lookup: { methods: { find: { requestType: 'Outer', responseType: 'two.Other', comment: '' } } },
        },
      },
      two: { nested: { Other: { fields: { text: { type: 'string', id: 1 } } } } },
    },
  },
  { keepCase: true },
);

describe('linkFileDescriptors', () => {
  const files = decode(linkFileDescriptors([sample, sample]));
  const one = files.find((file) => file.package === 'one')!;
  const outer = one.messageType!.find(({ name }) => name === 'Outer')!;

  test('each file stands once and names the files that it uses', () => {
    expect(files.map(({ name }) => name).sort()).toEqual(['one.proto', 'two.proto']);
    expect(one.dependency).toEqual(['two.proto']);
    expect(files.find((file) => file.package === 'two')!.dependency).toEqual([]);
  });

  test('each file is read once, however many messages and services it has: a server starts with this', () => {
    const reading = jest.spyOn(descriptor.FileDescriptorProto, 'decode');
    linkFileDescriptors([packages.dm, packages.dm, packages.alink, packages.alink]);
    const names = reading.mock.results.map(({ value }) => (value as IFileDescriptorProto).name);
    reading.mockRestore();
    expect([...new Set(names)]).toContain('dm.proto');
    // Those of protobuf come with either package.
    expect(names.filter((name) => !name?.startsWith('google')).sort()).toEqual(['alink.proto', 'dm.proto']);
  });

  test('map entries have the names that protobuf gives them', () => {
    expect(outer.nestedType!.map(({ name }) => name)).toEqual(['PlainEntry', 'CapitalEntry', 'SnakeCaseEntry']);
  });

  test('every reference is by full name', () => {
    expect(outer.field!.map(({ name, typeName }) => [name, typeName ?? ''])).toEqual([
      ['inner', '.one.Inner'],
      ['plain', '.one.Outer.PlainEntry'],
      ['Capital', '.one.Outer.CapitalEntry'],
      ['snake_case', '.one.Outer.SnakeCaseEntry'],
    ]);
    const [method] = one.service![0]!.method!;
    expect(method).toMatchObject({ inputType: '.one.Outer', outputType: '.two.Other' });
  });

  test('in our own packages no name stands twice and nothing is left open', () => {
    const own = decode(linkFileDescriptors(Object.values(packages)));
    const symbols: string[] = [];
    const used: string[] = [];
    const visit = (scope: string, messages: readonly IDescriptorProto[] = []) => {
      for (const { name, field = [], nestedType, enumType = [] } of messages) {
        const full = `${scope}.${name}`;
        symbols.push(full, ...field.map((each) => `${full}.${each.name}`), ...enumType.map((e) => `${full}.${e.name}`));
        used.push(...field.flatMap(({ typeName }) => (typeName ? [typeName] : [])));
        visit(full, nestedType);
      }
    };
    for (const file of own) {
      visit(`.${file.package}`, file.messageType);
      symbols.push(...(file.enumType ?? []).map(({ name }) => `.${file.package}.${name}`));
      used.push(
        ...(file.service ?? []).flatMap(({ method = [] }) => method.flatMap((m) => [m.inputType!, m.outputType!])),
      );
    }
    expect(new Set(symbols).size).toBe(symbols.length);
    const known = new Set(symbols);
    expect(used.filter((type) => !known.has(type))).toEqual([]);
    expect(used.length).toBeGreaterThan(100);
  });
});
