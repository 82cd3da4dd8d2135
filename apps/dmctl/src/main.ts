import { appendText, createFile, createFolder, createPrivateFile, listFolder, readFile } from './files';
import { runDmctl } from './program';

const onInterrupt = (): AbortSignal => {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  return interrupted.signal;
};
// A reader that has seen enough (`dmctl log ... | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const exitCode = await runDmctl(process.argv.slice(2), {
  stdout: (chunk) => process.stdout.write(chunk),
  stderr: (chunk) => process.stderr.write(chunk),
  env: process.env,
  onInterrupt,
  readFile,
  listFolder,
  appendText,
  createFile,
  createFolder,
  createPrivateFile,
  terminalColumns: () => (process.stderr.isTTY ? process.stderr.columns || 80 : undefined),
  now: Date.now,
});

// A connection to something mute would hold the process for a while; what was written goes out first.
process.stdout.write('', () => process.exit(exitCode));
