import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isFresh, readBundleNote, writtenNote } from './bundle-note.mjs';

/** When the build began, in unix milliseconds. */
const BUILT = 1_800_000_000_000;

let root;
let bundle;
/** Puts a file there that was last changed so many seconds after the build began. */
const put = (path, seconds, text = '') => {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  utimesSync(file, BUILT / 1000 + seconds, BUILT / 1000 + seconds);
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'alink-bundle-'));
  bundle = join(root, 'dist/apps/it');
  const inputs = ['apps/it/src/main.ts', 'libs/a/src/index.ts'];
  for (const path of [...inputs, 'proto/a.proto', 'package-lock.json', 'tsconfig.base.json', 'tools/build.mjs']) {
    put(path, -1);
  }
  put('dist/apps/it/main.mjs', 1);
  put('dist/apps/it/part.mjs', 1);
  const note = { startedAt: BUILT, inputs, files: ['main.mjs', 'part.mjs'] };
  put('dist/apps/it/bundle.json', 1, JSON.stringify(note));
});
afterEach(() => rmSync(root, { recursive: true }));

const fresh = () => isFresh(bundle, root);

test('a bundle is fresh while nothing has changed', () => {
  expect(readBundleNote(bundle)).toMatchObject({ startedAt: BUILT });
  expect(fresh()).toBe(true);
});

test.each([
  'apps/it/src/main.ts',
  'libs/a/src/index.ts',
  'proto/a.proto',
  'package-lock.json',
  'tsconfig.base.json',
  'tools/build.mjs',
])('it is not when %s has changed since the build began', (path) => {
  put(path, 0.5);
  expect(fresh()).toBe(false);
});

test('nor when a protocol file is new', () => {
  put('proto/b.proto', 0.5);
  expect(fresh()).toBe(false);
});

test.each(['libs/a/src/index.ts', 'dist/apps/it/part.mjs', 'dist/apps/it/bundle.json'])(
  'nor when %s is gone',
  (path) => {
    rmSync(join(root, path));
    expect(fresh()).toBe(false);
  },
);

test('nor when its note was cut off', () => {
  put('dist/apps/it/bundle.json', 1, '{"startedAt":');
  expect(fresh()).toBe(false);
});

describe('in a copy, whose files are all newer', () => {
  const sources = ['apps/it/src/main.ts', 'libs/a/src/index.ts'];
  const everything = [...sources, 'proto/a.proto', 'package-lock.json', 'tsconfig.base.json', 'tools/build.mjs'];
  beforeEach(() => {
    const note = writtenNote({ startedAt: BUILT, inputs: sources, files: ['main.mjs', 'part.mjs'] }, root);
    everything.forEach((path) => put(path, 60));
    put('dist/apps/it/bundle.json', 60, note);
  });

  test('it is fresh while they hold the same', () => {
    expect(fresh()).toBe(true);
  });

  test.each(everything)('but not when %s holds something else', (path) => {
    put(path, 60, 'other');
    expect(fresh()).toBe(false);
  });

  test('nor when a protocol file is new', () => {
    put('proto/b.proto', 60);
    expect(fresh()).toBe(false);
  });
});

test('what changed while it was built is not known to be in it', () => {
  put('libs/a/src/index.ts', 0.5);
  const build = { startedAt: BUILT, inputs: ['apps/it/src/main.ts', 'libs/a/src/index.ts'], files: [] };
  put('dist/apps/it/bundle.json', 1, writtenNote(build, root));
  expect(fresh()).toBe(false);
});
