/**
 * The manual's cloud publisher: a client that may publish to one device's downlink topics, and nothing else. It has no
 * session of the device's, so nothing that it does touches the device's presence.
 */
import type { PublishPacket } from 'aedes';
import { mayReceive } from '@alink/alink';
import { Code, encodeDevicePublish, encodeEnvelope, PROTOCOL_CODE, subjects } from '@alink/contract';
import { NoListenerError, type Bus } from '@alink/bus';
import type { Clock } from '@alink/runtime';
import { stripQuery } from '@alink/topic';
import type { DeviceEntry } from '../directory/records';
import type { Journal } from '../journal';
import { limits } from '../limits';
import type { Verdict } from './verdict';

/** Milliseconds that the gateway holding the device may take. */
const DELIVERY_TIMEOUT_MS = 2000;

export class CloudPublisher {
  /** @param decide decides on its CONNECT again, as things are now */
  constructor(
    private readonly device: DeviceEntry,
    private readonly decide: () => Promise<Verdict>,
    private readonly options: { readonly bus: Bus; readonly clock: Clock; readonly journal: Journal },
  ) {}

  /**
   * Takes a PUBLISH. What may not pass is dropped with a line in the device's log.
   * @returns whether the connection may go on: it may as long as it would be let in again
   */
  async publish(packet: PublishPacket): Promise<boolean> {
    const topic = stripQuery(packet.topic);
    const verdict = await this.decide();
    if (verdict.as === 'cloudPublisher') {
      await this.forward(topic, Buffer.from(packet.payload));
      return true;
    }
    const cause = verdict.as === 'refused' ? `: ${verdict.refusal.cause}; ${verdict.refusal.step}` : '';
    this.note('drop', topic, Code.permission, `dropped, and the cloud publisher was cut${cause}`);
    return false;
  }

  private async forward(topic: string, payload: Buffer): Promise<void> {
    const { productKey, deviceName } = this.device;
    if (!mayReceive({ productKey, deviceName }, topic)) {
      this.note('drop', topic, 9236, `dropped: the cloud publisher may only use topics that ${deviceName} receives`);
      return;
    }
    if (payload.length > limits.maxPayloadBytes) {
      this.note('drop', topic, 460, 'dropped: payload over 256 KB');
      return;
    }
    try {
      await this.send(topic, payload);
    } catch (error) {
      const cause = error instanceof NoListenerError ? 'the device is offline' : 'no gateway took it in time';
      this.note('drop', topic, Code.deviceOffline, `not delivered: ${cause}; wait until the device connects`);
    }
  }

  /** Another client of this gateway, or of another: the bus knows who holds the device. */
  private async send(topic: string, payload: Buffer): Promise<void> {
    const now = this.options.clock.now();
    const { productID, deviceName } = this.device;
    const data = encodeDevicePublish({
      topic,
      handle: 'ext',
      type: 'raw',
      payload,
      timestamp: now,
      productID,
      deviceName,
      explain: 'cloud publisher',
      protocolCode: PROTOCOL_CODE,
    });
    await this.options.bus.request(
      subjects.down('ext', productID, deviceName),
      encodeEnvelope(data, now),
      DELIVERY_TIMEOUT_MS,
    );
  }

  private note(kind: 'drop', topic: string, code: number, text: string): void {
    const { productKey, productID, deviceName } = this.device;
    this.options.journal.note({ kind, productKey, productID, deviceName, topic, code, text });
  }
}
