// Makes what is generated: protobuf descriptors and TypeScript types from proto/, the Prisma client from prisma/.
// Nothing is done while the inputs are unchanged. Needs no network.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);

const hashOf = (...files) => {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
};

/** Runs `make` when the inputs differ from those of the last run; the stamp lies in the output folder. */
const once = (outDir, inputs, make) => {
  const stamp = join(root, outDir, '.stamp');
  const hash = hashOf(...inputs);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  rmSync(join(root, outDir), { recursive: true, force: true });
  mkdirSync(join(root, outDir), { recursive: true });
  make(join(root, outDir));
  writeFileSync(stamp, hash);
};

const protoFiles = readdirSync(join(root, 'proto')).filter((name) => name.endsWith('.proto'));
const protoInputs = [...protoFiles.map((name) => `proto/${name}`), 'tools/generate.mjs'];

once('libs/contract/src/generated', protoInputs, (outDir) => {
  execFileSync(
    process.execPath,
    [
      require.resolve('@grpc/proto-loader/build/bin/proto-loader-gen-types.js'),
      '--keepCase',
      '--longs=String',
      '--enums=String',
      '--defaults',
      '--oneofs',
      '--grpcLib=@grpc/grpc-js',
      `--includeDirs=${join(root, 'proto')}`,
      `--outDir=${outDir}`,
      ...protoFiles,
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const protobuf = require('protobufjs');
  for (const name of protoFiles) {
    const parsed = new protobuf.Root();
    parsed.resolvePath = (_origin, target) => join(root, 'proto', target);
    parsed.loadSync(name, { keepCase: true });
    writeFileSync(join(outDir, name.replace('.proto', '.json')), JSON.stringify(parsed.toJSON()));
  }
});

if (existsSync(join(root, 'prisma/schema.prisma'))) {
  once('libs/db/src/generated', ['prisma/schema.prisma', 'tools/generate.mjs'], () => {
    // Any existing file serves as "engine": the client generator needs none, and so nothing is downloaded.
    execFileSync(
      process.execPath,
      [require.resolve('prisma/build/index.js'), 'generate', '--schema=prisma/schema.prisma'],
      {
        cwd: root,
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1' },
      },
    );
  });
}
