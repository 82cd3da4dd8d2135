import { UnitedrhinoConfigurations } from './unitedrhino-configurations';

const NOW = 1_700_000_000_000;
const product = { productID: 'p1', secret: 'productsecret01' };
const clock = { time: NOW, now: () => clock.time };
const known = { content: '{"a":1}', secret: product.secret };
const nodeOf = (baseUrl?: string) =>
  new UnitedrhinoConfigurations({
    texts: { read: async () => ({ id: '7', content: known.content }), secretOf: async () => known.secret },
    clock,
    baseUrl,
  });
const node = nodeOf('http://iot.example.com');
const tokenOf = (content: string) => {
  const { url = '' } = node.told({ content }, 'file', product)!;
  return url.slice('http://iot.example.com/files/'.length);
};
const textOf = async (token: string): Promise<string | undefined> => {
  const file = await nodeOf().open(token);
  if (!file) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of file.read(0, file.size)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

beforeEach(() => {
  Object.assign(known, { content: '{"a":1}', secret: product.secret });
  clock.time = NOW;
});

test('a file that one node has named is served by any other, until its text is another one', async () => {
  const token = tokenOf('{"a":1}');
  expect(await textOf(token)).toBe('{"a":1}');
  known.content = '{"a":2}';
  expect(await textOf(token)).toBeUndefined();
});

test('a name ends after a day, and with the secret of its product', async () => {
  const token = tokenOf('{"a":1}');
  clock.time = NOW + 26 * 3600 * 1000;
  expect(await textOf(token)).toBeUndefined();
  clock.time = NOW;
  known.secret = 'another';
  expect(await textOf(token)).toBeUndefined();
  known.secret = '';
  expect(await textOf(token)).toBeUndefined();
});

test('a text that is no JSON is told as it is; one without a number has its digest for one', () => {
  expect(node.told({ content: 'x=1' }, 'content', product)).toMatchObject({ content: 'x=1', configSize: 3 });
  expect(node.told({ content: 'x=1' }, 'content', product)!.configId).toMatch(/^[\da-f]{16}$/);
});

test('without a base URL, or a secret to sign with, there is no file', () => {
  expect(nodeOf().told({ content: '{}' }, 'file', product)).toBeUndefined();
  expect(node.told({ content: '{}' }, 'file', { ...product, secret: '' })).toBeUndefined();
});
