import { RpcError } from '@alink/rpc';
import { changeDevices } from './change-devices';
import { Output } from './output';
import type { Session } from './session';

const names = Array.from({ length: 40 }, (_, i) => `n${i}`);

test('when the platform goes away, the rest is not tried, and what is known is told', async () => {
  let written = '';
  const out = new Output(
    { stdout: (text) => (written += text), stderr: () => undefined, terminalColumns: () => undefined, now: () => 0 },
    true,
  );
  const gone = new RpcError(100007, 'gone', { unavailable: true });
  const change = async (deviceName: string): Promise<void> => {
    if (deviceName !== 'n0') throw gone;
  };
  await expect(changeDevices({ out } as Session, { productKey: 'p', names }, { done: 'deleted', change })).rejects.toBe(
    gone,
  );
  const { deleted, failed, devices } = JSON.parse(written) as Record<string, unknown> & { devices: object[] };
  expect({ deleted, failed }).toEqual({ deleted: 1, failed: 39 });
  expect(devices[0]).toEqual({ deviceName: 'n0', result: 'deleted' });
  expect(devices[1]).toEqual({ deviceName: 'n1', result: 'not known: the platform did not answer' });
  expect(devices.at(-1)).toEqual({ deviceName: 'n39', result: 'not tried' });
});
