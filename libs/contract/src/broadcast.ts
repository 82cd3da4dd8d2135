/**
 * One message for many devices: dm tells every node, and each writes it to the devices that it holds. Over NATS it goes once,
 * whatever the number of devices.
 */

/** What every node hears on `alink.broadcast`. */
export interface Broadcast {
  readonly id: string;
  /** `count`: only to say how many would get it. */
  readonly step: 'count' | 'deliver';
  readonly productID: string;
  /** What follows `/broadcast/{productKey}/`; absent for all devices of the product, which need not subscribe anything. */
  readonly topic?: string;
  readonly payload: Buffer;
}

/** What a node says of it on `alink.broadcast.told.{id}`. */
export interface BroadcastTold {
  readonly node: string;
  readonly step: Broadcast['step'];
  /** Devices to which it was written, or would be. */
  readonly delivered: number;
  /** Devices that read nothing, or have left meanwhile. */
  readonly undelivered: number;
}

export const encodeBroadcast = (broadcast: Broadcast): string =>
  JSON.stringify({ ...broadcast, payload: broadcast.payload.toString('base64') });

/** Throws SyntaxError or TypeError on anything else. */
export const decodeBroadcast = (data: Uint8Array): Broadcast => {
  const parsed = JSON.parse(Buffer.from(data).toString()) as Omit<Broadcast, 'payload'> & { readonly payload: unknown };
  if (typeof parsed?.id !== 'string' || typeof parsed.productID !== 'string' || typeof parsed.payload !== 'string') {
    throw new TypeError('no broadcast');
  }
  return { ...parsed, payload: Buffer.from(parsed.payload, 'base64') };
};
