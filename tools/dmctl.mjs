#!/usr/bin/env node
// `npx dmctl`: runs apps/dmctl, setting up and building first what is missing or older than its sources.
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isFresh } from './bundle-note.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'dist/apps/dmctl');

const build = async () => {
  const { prepare, runMain } = await import('./setup.mjs');
  await runMain(() => prepare('dmctl'));
};

// An installation that ships bundles only has no sources, and nothing to build with.
if (existsSync(join(root, 'apps/dmctl/src')) && !isFresh(folder)) await build();
if (!process.exitCode) {
  // Node.js 22 keeps what it has compiled. Source maps stay off: reading them takes longer than most commands do, and
  // NODE_OPTIONS=--enable-source-maps turns them on for whoever follows a stack trace.
  nodeModule.enableCompileCache?.(join(root, 'dist/.compile-cache'));
  await import(pathToFileURL(join(folder, 'main.mjs')).href);
}
