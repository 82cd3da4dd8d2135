// `npm start`: sets up what is missing, builds apps/standalone and runs it.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runMain, setup } from './setup.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

await runMain(async () => {
  await setup();
  // Only now are esbuild and the rest known to be installed.
  const { buildApp } = await import('./build.mjs');
  await buildApp('standalone');
  const { stop } = await import('esbuild');
  await stop();
  // In this process, so that signals, the exit code and the terminal are the app's own.
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(join(root, 'dist/apps/standalone/main.mjs')).href);
});
