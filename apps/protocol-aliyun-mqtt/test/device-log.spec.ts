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
  dm.change('dev001', { productID: PRODUCT_ID });
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

test.each([
  ['a wrong secret', 'dev001', /refused with CONNACK 4 .*compare with dmctl device connect-params/],
  ['an unknown device', 'nobody', /refused with CONNACK 4 .*unknown device; .*dmctl device create/],
])('a refusal because of %s stands under our productID', async (_case, deviceName, content) => {
  const { code, raw } = await node.connect(deviceName, 'wrong');
  expect(code).toBe(4);
  await entry({ deviceName, action: 'refuse', resultCode: 4, content: expect.stringMatching(content) });
  await raw.close();
});
