/** Bytes for a device that another client of this node may be, or one of another node: the bus knows who holds it. */
import { Code, readDevicePublish, subjects, writeDevicePublish } from '@alink/contract';
import { BusDownError, NoListenerError, type Bus } from '@alink/bus';
import type { Clock } from '@alink/runtime';

/** Milliseconds that the node which holds the device may take. */
const TIMEOUT_MS = 2000;

export interface Delivery {
  readonly productID: string;
  readonly deviceName: string;
  /** A whole topic of the device. */
  readonly topic: string;
  readonly body: Buffer;
  /** Who sends it, for people who look at the bus. */
  readonly explain: string;
}

/** Why nobody took it, and the step to take. */
export interface NotDelivered {
  readonly code: number;
  readonly text: string;
}

/** Resolves once the node that holds the device has written it, or with why nobody did. */
export const deliverElsewhere = async (
  { bus, clock }: { readonly bus: Bus; readonly clock: Clock },
  { productID, deviceName, topic, body, explain }: Delivery,
): Promise<NotDelivered | undefined> => {
  const content = { productID, deviceName, handle: 'ext', type: 'raw', topic, body, explain } as const;
  try {
    const message = writeDevicePublish(content, clock.now());
    return refusalIn(await bus.request(subjects.down('ext', productID, deviceName), message, TIMEOUT_MS));
  } catch (error) {
    return whyNot(error);
  }
};

/** What the node that holds the device says: also that the device has not subscribed the topic, or may not. */
const refusalIn = (answer: Buffer): NotDelivered | undefined => {
  const { code, msg } = JSON.parse(readDevicePublish(answer).payload.toString()) as { code?: number; msg?: string };
  if (code === undefined || code === Code.ok) return undefined;
  return {
    code,
    text: `${msg || 'its node has not taken it'}; the device must subscribe the topic, and its product define it`,
  };
};

const whyNot = (error: unknown): NotDelivered => {
  if (error instanceof BusDownError) return { code: Code.system, text: 'NATS does not answer; look after NATS' };
  const cause = error instanceof NoListenerError ? 'the device is offline' : 'no node took it in time';
  return { code: Code.deviceOffline, text: `${cause}; wait until the device connects` };
};
