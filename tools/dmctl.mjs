#!/usr/bin/env node
// `npx dmctl`: runs apps/dmctl, building it first when its bundle is missing or older than a source.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bundle = join(root, 'dist/apps/dmctl/main.mjs');

const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : Infinity);

/** The source map names every file that went into the bundle; the protocol files are behind the generated ones. */
const isStale = () => {
  if (!existsSync(bundle) || !existsSync(`${bundle}.map`)) return true;
  const { sources } = JSON.parse(readFileSync(`${bundle}.map`, 'utf8'));
  const proto = readdirSync(join(root, 'proto')).map((name) => join(root, 'proto', name));
  const inputs = [...sources.map((source) => resolve(dirname(bundle), source)), ...proto];
  const built = modified(bundle);
  return inputs.some((input) => modified(input) > built);
};

// An installation that ships bundles only has no sources, and nothing to build with.
if (existsSync(join(root, 'apps/dmctl/src')) && isStale()) {
  await import('./generate.mjs');
  const { buildApp } = await import('./build.mjs');
  await buildApp('dmctl');
  const { stop } = await import('esbuild');
  await stop();
}
process.setSourceMapsEnabled(true);
await import(pathToFileURL(bundle).href);
