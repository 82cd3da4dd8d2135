/**
 * Reports to unitedrhino's dm, in its form and over its bus. A report counts as kept once its dm has it, which in the
 * JetStream mode of its bus its stream says, and else the dm itself, which has it in memory then.
 */
import { subjects, writeDevicePublish, type DeviceReport } from '@alink/contract';
import type { Bus } from '@alink/bus';
import { parseTopic, type DeviceTopic } from '@alink/topic';
import { isTooLarge, NeverKeptError, ReportTooLargeError, type Keeper } from './keeper';
import { inItsWords, kindOf, type RhinoUplink } from './unitedrhino-kinds';

export class UnitedrhinoKeeper implements Keeper {
  constructor(private readonly bus: Bus) {}

  serves(topic: DeviceTopic): boolean {
    return kindOf(topic) !== undefined;
  }

  async keep(report: DeviceReport): Promise<void> {
    const uplink = uplinkOf(report);
    if (!uplink) return;
    const { productID, deviceName, topic, arrivedAt, explain } = report;
    const content = { productID, deviceName, topic, explain, ...uplink };
    const text = writeDevicePublish(content, arrivedAt);
    if (isTooLarge(text)) throw new ReportTooLargeError();
    await this.bus.publishHeard(subjects.up(uplink.handle, productID, deviceName), text);
  }
}

/** @returns undefined for what says nothing that its dm keeps @throws {NeverKeptError} */
const uplinkOf = (report: DeviceReport): RhinoUplink | undefined => {
  const { handle, type, message, topic, bytes = Buffer.alloc(0) } = report;
  // An answer to a request that its bus has no word for: whoever made it has heard of it by itself.
  if (type === 'request') return undefined;
  if (message) return { handle, type, body: inItsWords(message) };
  const parsed = parseTopic(topic);
  const kind = parsed && kindOf(parsed);
  if (!kind) {
    throw new NeverKeptError(
      6831,
      'unitedrhino’s dm takes nothing of this topic',
      'report properties or events instead',
    );
  }
  return kind(bytes, report.arrivedAt);
};
