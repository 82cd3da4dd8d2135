/** Bytes for a device that another client of this node may be, or one of another node: the bus knows who holds it. */
import { Code, subjects, writeDevicePublish } from '@alink/contract';
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

/** Resolves once the node that holds the device has taken it, or with why nobody did. */
export const deliverElsewhere = async (
  { bus, clock }: { readonly bus: Bus; readonly clock: Clock },
  { productID, deviceName, topic, body, explain }: Delivery,
): Promise<NotDelivered | undefined> => {
  const content = { productID, deviceName, handle: 'ext', type: 'raw', topic, body, explain } as const;
  try {
    await bus.request(
      subjects.down('ext', productID, deviceName),
      writeDevicePublish(content, clock.now()),
      TIMEOUT_MS,
    );
    return undefined;
  } catch (error) {
    return whyNot(error);
  }
};

const whyNot = (error: unknown): NotDelivered => {
  if (error instanceof BusDownError) return { code: Code.system, text: 'NATS does not answer; look after NATS' };
  const cause = error instanceof NoListenerError ? 'the device is offline' : 'no node took it in time';
  return { code: Code.deviceOffline, text: `${cause}; wait until the device connects` };
};
