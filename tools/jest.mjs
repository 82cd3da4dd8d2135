// Runs Jest with native ES modules (the broker, aedes, is published as ES modules only).
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { searchPath } from './test-servers.mjs';

const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const child = spawn(
  process.execPath,
  ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest, ...process.argv.slice(2)],
  { stdio: 'inherit', env: { ...process.env, PATH: searchPath() } },
);
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
