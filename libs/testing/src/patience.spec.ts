import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PATIENCE_MS } from './patience';
import { repositoryRoot } from './repository-root';

test('patience ends before a test does', async () => {
  const preset = pathToFileURL(join(repositoryRoot, 'tools/jest-preset.mjs')).href;
  const { runOptions } = (await import(preset)) as { runOptions: { testTimeout: number } };
  expect(PATIENCE_MS).toBeLessThanOrEqual(runOptions.testTimeout - 10_000);
});
