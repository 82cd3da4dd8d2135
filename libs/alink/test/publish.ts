/** Publishes of device d1 of product a1X, decoded. */
import { buildTopic, type DeviceTopic } from '@alink/topic';
import { decodeUplink } from '../src/decode-uplink';
import type { UplinkMessage } from '../src/device-message';
import type { Uplink, UplinkOutcome } from '../src/uplink';

export type Publish = Pick<DeviceTopic, 'path' | 'rrpcId'> &
  Partial<Pick<DeviceTopic, 'scope'> & Pick<Uplink, 'script' | 'serviceOf' | 'now' | 'model' | 'subDevice'>>;

/** @param published `sys` and arrived at 1700000000000 where it does not say so */
export const publish = (
  { scope = 'sys', path, rrpcId, now = 1_700_000_000_000, ...rest }: Publish,
  payload: string | Buffer,
): UplinkOutcome | undefined => {
  const parsed: DeviceTopic = { scope, productKey: 'a1X', deviceName: 'd1', path, rrpcId };
  const uplink = { model: undefined, ...rest };
  return decodeUplink({ ...uplink, topic: buildTopic(parsed), parsed, payload: Buffer.from(payload), now });
};

/** The platform's own message that is kept of a publish. Throws Error when there is none. */
export const bodyOf = (outcome: UplinkOutcome | undefined): UplinkMessage => {
  if (outcome?.message?.handle !== 'thing') throw new Error('no message of the platform is kept');
  return outcome.message.body;
};
