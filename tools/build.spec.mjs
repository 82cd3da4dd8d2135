// What the parts of the bundles hold: what a program loads before it needs it, it loads for every start.
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The metafile of a bundle; made in a process of its own, since esbuild wants no test sandbox around it. */
const metafileOf = (app) => {
  const script = `
    const { bundleApp } = await import('./tools/build.mjs');
    const { metafile } = await bundleApp('${app}');
    const { stop } = await import('esbuild');
    await stop();
    console.log(JSON.stringify(metafile));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(output);
};

describe('dmctl', () => {
  let outputs;
  beforeAll(() => {
    ({ outputs } = metafileOf('dmctl'));
  }, 60_000); // bundles

  /** Sources and packages that are loaded together with a source: those of its part, and of all parts that it imports. */
  const loadedWith = (source) => {
    const [start] = Object.keys(outputs).filter((path) => outputs[path].entryPoint === source);
    expect(start).toBeDefined();
    const parts = new Set([start]);
    const packages = [];
    for (const part of parts) {
      const imports = outputs[part].imports.filter(({ kind }) => kind !== 'dynamic-import');
      for (const { path, external } of imports) {
        if (external) packages.push(path);
        else parts.add(path);
      }
    }
    return [...[...parts].flatMap((part) => Object.keys(outputs[part].inputs)), ...packages];
  };
  const heavy = /grpc|protobufjs|zod|etcd3|generated\/|libs\/(rpc\/src\/(?!rpc-error\.ts|index\.ts)|discovery|runtime)/;

  test('loads neither commands nor what calls services for its own help', () => {
    const loaded = loadedWith('apps/dmctl/src/main.ts');
    expect(loaded).toContain('node_modules/commander/lib/command.js');
    expect(loaded.filter((path) => heavy.test(path) || path.includes('/commands/'))).toEqual([]);
    const packages = loaded.filter((path) => /^node_modules\/(?!commander\/)/.test(path));
    expect(packages).toEqual([]);
  });

  test('loads what calls services for no command before it runs', () => {
    const commands = Object.values(outputs)
      .map(({ entryPoint }) => entryPoint)
      .filter((path) => path?.startsWith('apps/dmctl/src/commands/'));
    expect(commands.length).toBeGreaterThan(10);
    for (const command of commands) {
      expect({ command, heavy: loadedWith(command).filter((path) => heavy.test(path)) }).toEqual({
        command,
        heavy: [],
      });
    }
  });

  test('loads gRPC with a session, and etcd only where there is one to ask', () => {
    const loaded = loadedWith('apps/dmctl/src/session.ts');
    expect(loaded.some((path) => path.includes('@grpc/grpc-js'))).toBe(true);
    expect(loaded.filter((path) => /etcd3|discovery|grpc-health-check/.test(path))).toEqual([]);
  });
});
