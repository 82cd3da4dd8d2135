/**
 * The manual's cloud publisher: a client that may publish to one device's downlink topics, at that device's rate, and
 * nothing else. It has no session of the device's, so nothing that it does touches the device's presence.
 */
import { mayReceive } from '@alink/alink';
import { Code } from '@alink/contract';
import type { Bus } from '@alink/bus';
import type { Clock, Logger } from '@alink/runtime';
import { stripQuery } from '@alink/topic';
import type { Verdict } from '../connect/verdict';
import type { DeviceEntry } from '../directory/records';
import { deliverElsewhere } from '../downlink/deliver-elsewhere';
import type { UplinkMeter } from '../guard/uplink-rate';
import type { Journal } from '../journal';
import { limits } from '../limits';
import type { Publish } from '../link/endpoint';
import type { Role } from './role';

export interface CloudPublisherOptions {
  readonly device: DeviceEntry;
  /** Decides on its CONNECT again, as things are now. */
  readonly decide: () => Promise<Verdict>;
  readonly rate: UplinkMeter;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly log: Logger;
}

export class CloudPublisherRole implements Role {
  constructor(private readonly options: CloudPublisherOptions) {}

  opened(): void {}

  /** What may not pass is dropped with a line in the device's log; rejects once it would not be let in again. */
  async published({ topic: rawTopic, payload }: Publish): Promise<void> {
    const { rate, decide, log } = this.options;
    if (!rate.admits((text) => log.warn({ topic: rawTopic }, text))) return;
    const topic = stripQuery(rawTopic);
    const verdict = await decide();
    if (verdict.as === 'cloudPublisher') return this.forward(topic, payload);
    const cause = verdict.as === 'refused' ? `: ${verdict.refusal.cause}; ${verdict.refusal.step}` : '';
    this.drop(topic, Code.permission, `dropped, and the cloud publisher was cut${cause}`);
    throw new Error('its login counts no more');
  }

  subscribing(): boolean {
    return false;
  }

  private async forward(topic: string, payload: Buffer): Promise<void> {
    const { productKey, deviceName } = this.options.device;
    if (!mayReceive({ productKey, deviceName }, topic)) {
      this.drop(topic, 9236, `dropped: the cloud publisher may only use topics that ${deviceName} receives`);
      return;
    }
    if (payload.length > limits.maxPayloadBytes) {
      this.drop(topic, 460, 'dropped: payload over 256 KB');
      return;
    }
    const { bus, clock } = this.options;
    const { productID } = this.options.device;
    // Another client of this node, or of another.
    const to = { productID, deviceName, topic, body: payload, explain: 'cloud publisher' };
    const failure = await deliverElsewhere({ bus, clock }, to);
    if (failure) this.drop(topic, failure.code, `not delivered: ${failure.text}`);
  }

  private drop(topic: string, code: number, text: string): void {
    const { productKey, productID, deviceName } = this.options.device;
    this.options.journal.note({ kind: 'drop', productKey, productID, deviceName, topic, code, text });
  }
}
