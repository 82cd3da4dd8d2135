// Makes what is generated: protobuf descriptors and TypeScript types from proto/, the Prisma client from prisma/.
// Nothing is done while the inputs are unchanged. Needs no network.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
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

const stampOf = (outDir) => {
  const stamp = join(root, outDir, '.stamp');
  return existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
};

/**
 * Runs `make` when the inputs differ from those of the last run; the stamp lies in the output folder. Two runs at once
 * are safe: each makes its own folder and renames it into place whole, so nobody sees half of one.
 */
const once = (outDir, inputs, make) => {
  const hash = hashOf(...inputs);
  if (stampOf(outDir) === hash) return;
  const target = join(root, outDir);
  mkdirSync(dirname(target), { recursive: true });
  // Beside the target, because a rename must not cross file systems.
  const work = mkdtempSync(join(dirname(target), '.generated-'));
  try {
    const made = join(work, 'generated');
    mkdirSync(made);
    make(made);
    writeFileSync(join(made, '.stamp'), hash);
    for (let attempt = 0; stampOf(outDir) !== hash; attempt++) {
      if (existsSync(target)) renameSync(target, join(work, `old-${attempt}`));
      try {
        renameSync(made, target);
      } catch (error) {
        // Another run put its own folder there first; it is as good as ours when its stamp is.
        if (!['ENOTEMPTY', 'EEXIST'].includes(error.code) || attempt > 10) throw error;
      }
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
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
    { cwd: root, stdio: 'pipe' },
  );
  const protobuf = require('protobufjs');
  // A package is one file of descriptors, however many files it is written in: alink.proto and alink_topics.proto.
  const packages = new Set(protoFiles.map((name) => /^[a-z]+/.exec(name)[0]));
  for (const name of packages) {
    const parsed = new protobuf.Root();
    parsed.resolvePath = (_origin, target) => join(root, 'proto', target);
    parsed.loadSync(
      protoFiles.filter((file) => /^[a-z]+/.exec(file)[0] === name),
      { keepCase: true },
    );
    writeFileSync(join(outDir, `${name}.json`), JSON.stringify(parsed.toJSON()));
  }
});

once('libs/db/src/generated', ['prisma/schema.prisma', 'tools/generate.mjs'], (outDir) => {
  // The generator writes where its schema says, so it gets a copy that says where we want it this time.
  const schema = readFileSync(join(root, 'prisma/schema.prisma'), 'utf8');
  const copy = join(dirname(outDir), 'schema.prisma');
  writeFileSync(
    copy,
    schema.replace(/^(\s*output\s*=).*$/m, (_line, key) => `${key} ${JSON.stringify(outDir)}`),
  );
  // Any existing file serves as "engine": the client generator needs none, and so nothing is downloaded.
  execFileSync(process.execPath, [require.resolve('prisma/build/index.js'), 'generate', `--schema=${copy}`], {
    cwd: root,
    stdio: 'pipe',
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  });
});
