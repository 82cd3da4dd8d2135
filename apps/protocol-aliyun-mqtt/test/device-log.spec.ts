/** What a node writes into the log of a device that does not work: the cause, and the step to take. */
import { createMemoryBus } from '@alink/bus';
import { decodeEnvelope, subjects, type HubLogEntry } from '@alink/contract';
import { systemClock } from '@alink/runtime';
import { eventually } from '@alink/testing';
import { startDeviceNode, type DeviceNode } from './device-node';
import { ListedDm } from './listed-dm';

const PRODUCT_ID = 'inner_product';
const bus = createMemoryBus();
const entries: HubLogEntry[] = [];
let node: DeviceNode;
beforeAll(async () => {
  const dm = new ListedDm();
  dm.product = { ...dm.product!, productID: PRODUCT_ID };
  for (const name of ['dev001', 'dev002', 'dev003']) dm.change(name, { productID: PRODUCT_ID });
  node = await startDeviceNode({}, systemClock, { bus, dm });
  await bus.consume({ durable: 'lines', maxBatch: 100, maxWaitMs: 1 }, async (batch) => {
    for (const { subject, data } of batch) {
      if (subject === subjects.hubLog) entries.push(JSON.parse(decodeEnvelope(data.toString()).data) as HubLogEntry);
    }
  });
});
afterAll(() => node?.stop());

const entry = (over: Partial<Record<keyof HubLogEntry, unknown>>) =>
  eventually(() => expect(entries).toContainEqual(expect.objectContaining({ productID: PRODUCT_ID, ...over })));

/** CONNACK code of a login with a wrong secret. */
const refusalOf = async (deviceName: string): Promise<number> => {
  const { code, raw } = await node.connect(deviceName, 'wrong');
  await raw.close();
  return code;
};

test('a refusal because of a wrong secret stands under our productID', async () => {
  const content = expect.stringMatching(/refused with CONNACK 4 .*compare with dmctl device connect-params/);
  expect(await refusalOf('dev001')).toBe(4);
  await entry({ deviceName: 'dev001', action: 'refuse', resultCode: 4, content });
});

test('strangers write no rows: what is refused of a device that does not exist stands in the log of the node alone', async () => {
  expect(await refusalOf('nobody')).toBe(4);
  await eventually(() => expect(node.lines.join()).toMatch(/nobody.*unknown device; .*dmctl device create/));
  // What comes later is kept later.
  expect(await refusalOf('dev002')).toBe(4);
  await entry({ deviceName: 'dev002' });
  expect(entries.filter(({ deviceName }) => deviceName === 'nobody')).toEqual([]);
});

test('a device that was never looked up has its line, too', async () => {
  const { clientId, username, password } = node.credentials('dev003');
  const { code, raw } = await node.connectAs({
    clientId: clientId.replace('signmethod', 'signmethod=crc32,x'),
    username,
    password,
  });
  expect(code).toBe(2);
  await entry({ deviceName: 'dev003', resultCode: 2, content: expect.stringMatching(/malformed ClientID/) });
  await raw.close();
});
