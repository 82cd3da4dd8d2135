/** What admission decides on a CONNECT. */
import type { DeviceEntry, ProductEntry } from '../directory/records';
import { refusals, type Refusal } from './refusals';

export type Verdict =
  | {
      /** A session of that device. */
      readonly as: 'device';
      readonly product: ProductEntry;
      readonly device: DeviceEntry;
      readonly stillGood: StillGood;
      /** Pushed right after the CONNACK, without SUBSCRIBE. */
      readonly push?: Push;
      /** Hears that the session is over, which has proved until then where the device is. */
      readonly left?: () => void;
    }
  /** May publish to that device's downlink topics, and nothing else. */
  | { readonly as: 'cloudPublisher'; readonly product: ProductEntry; readonly device: DeviceEntry }
  /** Gets its credentials pushed, and can do nothing else. */
  | { readonly as: 'registration'; readonly product: ProductEntry; readonly deviceName: string; readonly push: Push }
  | {
      readonly as: 'refused';
      readonly refusal: Refusal;
      /** Milliseconds that the answer is to be held back; absent: none. */
      readonly lateMs?: number;
    };

/** Whether what the client has proved would still let it in, as the records are now. */
export type StillGood = (found: {
  readonly product: ProductEntry;
  readonly device: DeviceEntry;
}) => boolean | Promise<boolean>;

/** A message that the platform sends of its own accord. */
export interface Push {
  readonly topic: string;
  readonly payload: string;
}

export type Admitted = Exclude<Verdict, { as: 'refused' }>;

export const refused = (refusal: Refusal): Verdict => ({ as: 'refused', refusal });

/** The device as it may come in: only when neither it nor its product is disabled. */
export const admitEnabled = (
  { product, device }: { readonly product: ProductEntry; readonly device: DeviceEntry },
  stillGood: StillGood,
  push?: Push,
): Verdict => {
  if (!product.enabled) return refused(refusals.disabledProduct());
  if (!device.enabled) return refused(refusals.disabledDevice());
  return { as: 'device', product, device, stillGood, push };
};
