/** Commands that came to nothing, told to whoever looks after the device: in its log, and in that of this process. */
import { Code, encodeEnvelope, subjects, type HubLogEntry } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { DeviceCore } from '../../device-core';
import type { NewCommand } from './send-log';

export interface Undelivered extends Pick<NewCommand, 'action' | 'entries'> {
  readonly device: DeviceCore;
  /** Absent where no record was written. */
  readonly msgToken?: string;
}

/** Characters of the names that the command is about. */
const MAX_DATA_ID = 200;

const reasons = {
  [Code.deviceOffline]: {
    cause: 'the device is offline',
    step: 'wait until it connects; the lines above say why it left or was refused',
  },
  [Code.deviceTimeout]: {
    cause: 'the device did not answer in time',
    step: 'let it answer on the reply topic with the id of the request, and check its network and its keepalive',
  },
} as const;

/** Notes the cause and the step to take. @returns what the caller is told */
export const undelivered = (
  { bus, log, now }: Pick<DmContext, 'bus' | 'log' | 'now'>,
  { device: { productID, deviceName }, action, entries, msgToken = '' }: Undelivered,
  code: keyof typeof reasons,
): RpcError => {
  const { cause, step } = reasons[code];
  const timestamp = now();
  const about = entries
    .map(({ dataID }) => dataID)
    .join(',')
    .slice(0, MAX_DATA_ID);
  const entry: HubLogEntry = {
    productID,
    deviceName,
    timestamp,
    action: 'deliver',
    topic: '',
    requestID: msgToken,
    content: `${action} ${about}: ${cause}; ${step}`,
    resultCode: code,
    respPayload: '',
  };
  log.warn({ productID, deviceName, msgToken, code }, entry.content);
  bus
    .publishKept(subjects.hubLog, encodeEnvelope(JSON.stringify(entry), timestamp))
    .catch((error: unknown) => log.debug({ err: error }, 'a line of a device log was not kept'));
  return new RpcError(code, cause);
};
