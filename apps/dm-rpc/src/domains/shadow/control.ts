/**
 * Tells a device what applications have changed about what it shall be. A device that is not there is told nothing: "after it
 * has come online again, it fetches the shadow" ("Alibaba Cloud IoT documentation, 'Device shadow data flow'").
 */
import { encodeShadowControl, type ShadowDocument } from '@alink/alink';
import { NoListenerError } from '@alink/bus';
import { Code, subjects, writeDevicePublish } from '@alink/contract';
import type { DmContext } from '../../context';
import type { DeviceCore } from '../../device-core';
import { readAnswer } from '../../services/device-interact/read-answer';

/** Milliseconds that its node may take to write it. */
const TIMEOUT_MS = 3000;

/** A device by both of its names. */
export interface Addressee extends DeviceCore {
  readonly productKey: string;
}

/** Never rejects. @returns whether it was written to the device */
export const sendControl = async (
  { bus, now, log }: Pick<DmContext, 'bus' | 'now' | 'log'>,
  { productKey, productID, deviceName }: Addressee,
  document: ShadowDocument,
): Promise<boolean> => {
  const topic = `/shadow/get/${productKey}/${deviceName}`;
  const body = Buffer.from(encodeShadowControl(document, now()));
  const publish = writeDevicePublish({ productID, deviceName, handle: 'ext', type: 'raw', topic, body }, now());
  try {
    const answer = await bus.request(subjects.down('ext', productID, deviceName), publish, TIMEOUT_MS);
    return readAnswer(answer).code === Code.ok;
  } catch (err) {
    if (!(err instanceof NoListenerError))
      log.warn({ err, productID, deviceName }, 'a change of a shadow was not told');
    return false;
  }
};
