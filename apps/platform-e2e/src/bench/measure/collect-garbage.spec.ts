import { freePort, spawnProgram } from '@alink/testing';
import { collectGarbage, inspectable } from './collect-garbage';

const PROGRAM = `
  globalThis.registry = new FinalizationRegistry(() => console.log('collected'));
  (() => registry.register({}, 0))();
  console.log('running');
  setInterval(() => undefined, 1000);`;

test('what nobody holds is collected', async () => {
  const port = await freePort();
  const program = spawnProgram(process.execPath, ['-e', PROGRAM], inspectable(port));
  try {
    await program.waitForLine(/running/);
    expect(program.output).not.toContain('collected');
    await collectGarbage(program.pid, port);
    await program.waitForLine(/collected/, 10_000);
    await collectGarbage(program.pid, port); // also once the inspector is open
  } finally {
    await program.stop();
  }
});
