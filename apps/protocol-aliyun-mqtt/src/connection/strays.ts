/**
 * What is published for a device that has no session on the link: acknowledged and dropped, and the gateway device hears 520,
 * upon which the C SDK 3.x logs the device in again ("Alibaba Cloud IoT documentation, 'Sub-device sessions'").
 */
import { monotonicClock, Seldom } from '@alink/runtime';
import type { DeviceIdentity } from '@alink/signing';
import type { Journal } from '../journal';
import type { NodeMetrics } from '../metrics';
import type { LinkSessions } from '../session/link-sessions';
import { sessionKey } from '../session/session';

/** Milliseconds between two errors about one device: its gateway device may go on for a while. */
const INTERVAL_MS = 1000;
/** Characters of a name that are told: no device has a longer one. */
const MAX_NAME = 64;
/** A client that looks for names in a text finds their end. */
const HARMLESS = /^[^\p{C}"\\]+$/u;

export interface StraysOptions {
  readonly journal: Journal;
  readonly metrics: Pick<NodeMetrics, 'uplinks'>;
}

export class Strays {
  private readonly errors = new Seldom({ intervalMs: INTERVAL_MS, clock: monotonicClock });

  constructor(private readonly options: StraysOptions) {}

  /** Something has come on a topic with these names. */
  drop(sessions: LinkSessions, topic: string, { productKey, deviceName }: DeviceIdentity): void {
    const { journal, metrics } = this.options;
    const { owner } = sessions;
    const named = { productKey: productKey.slice(0, MAX_NAME), deviceName: deviceName.slice(0, MAX_NAME) };
    metrics.uplinks.inc({ result: 'dropped' });
    journal.note({
      kind: 'drop',
      productKey: owner.productKey,
      productID: owner.productID,
      deviceName: owner.deviceName,
      topic: inOneLine(topic.slice(0, 200)),
      code: 520,
      text: `dropped: ${inOneLine(`${named.productKey}/${named.deviceName}`)} has no session on this connection; ${STEP}`,
    });
    const isHarmless = HARMLESS.test(named.productKey) && HARMLESS.test(named.deviceName);
    const key = `${owner.key} ${sessionKey(named.productKey, named.deviceName)}`;
    if (isHarmless && this.errors.take(key) !== undefined) sessions.tellError(named, 520);
  }
}

const STEP =
  'a gateway device logs it in first (combine/login); other devices publish on topics with their own ProductKey and DeviceName';

const inOneLine = (text: string): string => JSON.stringify(text).slice(1, -1);
