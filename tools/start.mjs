// `npm start`: sets up and builds what is missing or stale, and runs apps/standalone.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { prepare, runMain } from './setup.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

await runMain(async () => {
  await prepare('standalone');
  // In this process, so that signals, the exit code and the terminal are the app's own.
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(join(root, 'dist/apps/standalone/main.mjs')).href);
});
