/** The commands of docs/grpc-security.md, pasted as they stand there. */
import { removeFolder, temporaryFolder } from '@alink/testing';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { GrpcClientConfig, GrpcServerConfig } from '@alink/runtime';
import { rpcClientSettings, rpcServerSettings } from '../src/index';
import { askOver, closeAll, startAsking } from './asking';

const text = readFileSync(join(import.meta.dirname, '../../../docs/grpc-security.md'), 'utf8');
/** Shell blocks of a section, without the lines that start the platform's own programs. */
const commands = (heading: string): string => {
  const section = text.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  const blocks = [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block);
  return blocks.join('\n').replace(/^.*npx dmctl.*$/gm, '');
};

let folder: string;
/** Runs the commands and gives the variables that they set. */
const paste = (heading: string): GrpcServerConfig & GrpcClientConfig => {
  const script = `${commands(heading)}\nenv -0 | grep -az '^GRPC_'`;
  const out = execFileSync('sh', ['-e', '-c', script], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  const pairs = out.split('\0').filter((line) => line.startsWith('GRPC_'));
  const set = pairs.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  return { HOST: '0.0.0.0', ...Object.fromEntries(set) };
};

beforeEach(() => {
  folder = temporaryFolder('grpc-security');
});
afterEach(async () => {
  await closeAll();
  removeFolder(folder);
});

test('tokens', async () => {
  const config = paste('Tokens');
  expect(statSync(join(folder, 'tokens')).mode & 0o777).toBe(0o600);
  const { actor } = await startAsking(rpcServerSettings(config).security);
  expect(await actor(rpcClientSettings(config))).toBe('node');
  await expect(actor()).rejects.toMatchObject({ code: 100012 });
});

test('certificates', async () => {
  const config = paste('Certificates');
  const { actor, channel, address } = await startAsking(rpcServerSettings(config).security);
  const node = rpcClientSettings(config);
  expect(await actor(node)).toBe('node');
  expect(await askOver(channel(node, address))).toBe('node');
  const operator = { certFile: join(folder, 'operator.crt'), keyFile: join(folder, 'operator.key') };
  expect(await actor({ tls: { ...node.tls!, ...operator } })).toBe('operator');
  for (const serverName of ['dm.rpc', 'timedjob.rpc', 'dg.rpc']) {
    expect(await actor({ tls: { ...node.tls!, serverName } })).toBe('node');
  }
  await expect(actor({ tls: { caFile: node.tls!.caFile } })).rejects.toMatchObject({ unavailable: true });
});
