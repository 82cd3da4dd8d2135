/** Commands that came to nothing, told to whoever looks after the device: in its log, and in that of this process. */
import { randomUUID } from 'node:crypto';
import { StreamFullError } from '@alink/bus';
import { Code, encodeEnvelope, subjects, type HubLogEntry } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { DeviceCore } from '../../device-core';
import { writeDeviceLog } from '../../ingest/device-log';
import type { CommandAction, NewCommand } from './send-log';

export interface Undelivered extends Pick<NewCommand, 'action' | 'entries'> {
  readonly device: DeviceCore;
  /** Absent where no record was written. */
  readonly msgToken?: string;
  /** A synchronous call: the device waits for nothing, and its answer is due within seconds. */
  readonly isCall?: boolean;
}

/** What became of a command on our side of the device is not known: its record stays open for the answer. */
export class OutcomeUnknownError extends RpcError {}

type Reason = 'offline' | 'silent' | 'busDown' | 'streamFull';

/** Characters of the names that the command is about. */
const MAX_DATA_ID = 200;

/** Milliseconds that a stream may take to say that it is full; a caller waits for it. */
const PROBE_MS = 100;

interface Words {
  readonly code: number;
  readonly cause: string;
  readonly step: string;
}

const reasons: Record<Reason, Words> = {
  offline: {
    code: Code.deviceOffline,
    cause: 'the device is offline',
    step: 'wait until it connects; the lines above say why it left or was refused',
  },
  silent: {
    code: Code.deviceTimeout,
    cause: 'the device did not answer in time',
    step: 'let it answer on the reply topic with the id of the request, and check its network and its keepalive',
  },
  busDown: {
    code: Code.system,
    cause: 'NATS does not answer: whether the device has got the command, and answered it, is not known',
    step: 'look after NATS; neither the device nor its firmware is the cause',
  },
  streamFull: {
    code: Code.system,
    cause: 'the stream on NATS is full: logins and answers of devices are not kept, so what became of it is not known',
    step: 'give JetStream more room, or delete old messages; neither the device nor its firmware is the cause',
  },
};

/** In the log of a device: a synchronous call without an answer ("Alibaba Cloud IoT documentation, 'Error codes in logs'"). */
const UNANSWERED_CALL = 1905;

/** Firmware that is sound and never answers a setting: the most frequent kind there is. */
const NO_SET_REPLY = 'many devices never send set_reply and only report the new value';

const wordsFor = (reason: Reason, action: CommandAction): Words => {
  const words = reasons[reason];
  if (reason !== 'silent' || action !== 'propertyControlSend') return words;
  return { ...words, step: `${words.step}; ${NO_SET_REPLY}` };
};

/** What its caller is told. */
const errorFor = (reason: Reason, action: CommandAction): RpcError => {
  const { code, cause } = reasons[reason];
  if (reason === 'busDown' || reason === 'streamFull') return new OutcomeUnknownError(code, cause);
  return new RpcError(
    code,
    reason === 'silent' && action === 'propertyControlSend' ? `${cause}; ${NO_SET_REPLY}` : cause,
  );
};

const entryFor = (command: Undelivered, reason: Reason, timestamp: number) => {
  const { device, action, entries, msgToken = '', isCall } = command;
  const { productID, deviceName } = device;
  const { code, cause, step } = wordsFor(reason, action);
  const about = entries
    .map(({ dataID }) => dataID)
    .join(',')
    .slice(0, MAX_DATA_ID);
  return {
    productID,
    deviceName,
    timestamp,
    action: 'deliver',
    topic: '',
    requestID: msgToken,
    content: `${action} ${about}: ${cause}; ${step}`,
    resultCode: reason === 'silent' && isCall ? UNANSWERED_CALL : code,
    respPayload: '',
  } satisfies HubLogEntry;
};

type Tools = Pick<DmContext, 'bus' | 'prisma' | 'log' | 'now'>;

/** Sends the line the way of all lines. @returns whether the stream has refused it for want of room, as far as is known soon */
const isRefusedAsFull = async ({ bus, log }: Tools, entry: HubLogEntry): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const soon = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), PROBE_MS)));
  const refused = bus.publishKept(subjects.hubLog, encodeEnvelope(JSON.stringify(entry), entry.timestamp)).then(
    () => false,
    (error: unknown) => {
      log.debug({ err: error }, 'a line of a device log was not kept');
      return error instanceof StreamFullError;
    },
  );
  const isFull = await Promise.race([refused, soon]);
  clearTimeout(timer);
  return isFull;
};

/** Writes the line past NATS, which is what it is about. */
const writeItself = ({ prisma, log }: Tools, entry: HubLogEntry): void => {
  writeDeviceLog(prisma, [{ ...entry, messageID: randomUUID() }]).catch((error: unknown) =>
    log.warn({ err: error }, 'a line of a device log was not written'),
  );
};

/**
 * Notes the cause and the step to take. What looks like a fault of the device may be one of NATS: then that is named.
 * @returns what the caller is told
 */
export const undelivered = async (
  tools: Tools,
  command: Undelivered,
  reason: 'offline' | 'silent' | 'busDown',
): Promise<RpcError> => {
  const timestamp = tools.now();
  const sent = reason === 'busDown' ? undefined : entryFor(command, reason, timestamp);
  const found = sent && (await isRefusedAsFull(tools, sent)) ? 'streamFull' : reason;
  const entry = entryFor(command, found, timestamp);
  const { productID, deviceName, requestID: msgToken, resultCode: code, content } = entry;
  tools.log.warn({ productID, deviceName, msgToken, code }, content);
  if (found === 'busDown' || found === 'streamFull') writeItself(tools, entry);
  return errorFor(found, command.action);
};
