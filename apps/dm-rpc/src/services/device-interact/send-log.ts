/** The record of a command: written before it is sent, completed once. */
import { Code, newAlinkId, SYSTEM_ACCOUNT, type UserContext } from '@alink/contract';
import type { PrismaClient } from '@alink/db';
import { writeReplies } from '../../ingest/sinks/replies';
import { isUniqueViolation } from '../../wire/errors';
import type { DeviceAnswer } from './waiting-commands';

export type CommandAction =
  | 'propertyControlSend'
  | 'propertyGetReportSend'
  | 'actionSend'
  | 'sendMsg'
  | 'configurationPush'
  | 'gatewayGetFoundSend'
  | 'gatewayNotifyBindSend';

/** A row of the record. */
export interface CommandEntry {
  /** The identifier that it is about, several separated by commas, or the topic. */
  readonly dataID: string;
  /** JSON, or the payload as text. */
  readonly content: string;
}

export interface NewCommand {
  readonly deviceID: bigint;
  readonly action: CommandAction;
  /** One for each property that is set, else one; at least one. */
  readonly entries: readonly CommandEntry[];
  readonly user?: UserContext;
  /** False where the command log is to show nothing of it. Default true. */
  readonly isLogged?: boolean;
}

const MAX_CONTENT = 65_536;

/** The id of a new command: that of its request on the wire. */
export const newToken = (): bigint => BigInt(newAlinkId());

/** Ids of users are int64; unitedrhino's have 19 digits. */
const userIDOf = (user: UserContext | undefined): bigint => {
  const text = String(user?.['UserID'] ?? '');
  const id = /^\d{1,19}$/.test(text) ? BigInt(text) : 0n;
  return id < 2n ** 63n ? id : 0n;
};

/** Ids up to that of the first user are those of the platform itself. */
const accountOf = (user: UserContext | undefined): string => {
  const account = text(String(user?.['Account'] ?? ''), 128);
  return account || (userIDOf(user) <= 1n ? SYSTEM_ACCOUNT : '');
};

const text = (value: string, maxLength: number): string => value.slice(0, maxLength).replaceAll('\0', '');

const rowsOf = ({ deviceID, action, entries, user, isLogged = true }: NewCommand, msgToken: bigint, nowMs: number) =>
  entries.map(({ dataID, content }, part) => ({
    deviceID,
    msgToken,
    part,
    isLogged,
    action,
    timestamp: BigInt(nowMs),
    dataID: text(dataID, 1024),
    // What is set is taken from here once the device has accepted it: cut off, it would be no JSON.
    content: text(content, action === 'propertyControlSend' ? Infinity : MAX_CONTENT),
    account: accountOf(user),
    userID: userIDOf(user),
  }));

/** Writes records. @returns the msgToken of each, which no other command to its device has */
export const openCommands = async (
  prisma: PrismaClient,
  commands: readonly NewCommand[],
  nowMs: number,
): Promise<bigint[]> => {
  for (;;) {
    const tokens = commands.map(() => newToken());
    try {
      await prisma.sendLog.createMany({ data: commands.flatMap((command, at) => rowsOf(command, tokens[at]!, nowMs)) });
      return tokens;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
  }
};

export const openCommand = async (prisma: PrismaClient, command: NewCommand, nowMs: number): Promise<bigint> =>
  (await openCommands(prisma, [command], nowMs))[0]!;

/** How a command has ended. */
export interface EndedCommand extends DeviceAnswer {
  readonly deviceID: bigint;
  readonly msgToken: bigint;
}

/** Completes records, unless they are complete. An answer that comes after a time-out takes its place. */
export const closeCommands = (prisma: PrismaClient, ended: readonly EndedCommand[], nowMs: number): Promise<void> =>
  writeReplies(
    prisma,
    ended.map(({ msg, output, ...command }) => ({
      ...command,
      msg: text(msg, 1024),
      output: text(output, MAX_CONTENT),
      endedAt: nowMs,
    })),
  );

export const closeCommand = (prisma: PrismaClient, ended: EndedCommand, nowMs: number): Promise<void> =>
  closeCommands(prisma, [ended], nowMs);

/**
 * Writes the records of one command to many devices, to whose answers nobody listens: each is taken for silent until its
 * answer is there. A device that has a command of this id already gets no record.
 */
export const openForMany = async (
  prisma: PrismaClient,
  commands: readonly { readonly deviceID: bigint; readonly msgToken: bigint }[],
  command: Omit<NewCommand, 'deviceID'>,
  nowMs: number,
): Promise<void> => {
  const silent = { resultCode: Code.deviceTimeout, resultMsg: 'sent; no answer yet' };
  const rows = commands.flatMap(({ deviceID, msgToken }) => rowsOf({ ...command, deviceID }, msgToken, nowMs));
  await prisma.sendLog.createMany({ data: rows.map((row) => ({ ...row, ...silent })), skipDuplicates: true });
};

/** Notes in an open record why it is not known what became of the command; its answer may still come. */
export const leaveOpen = async (
  prisma: PrismaClient,
  deviceID: bigint,
  msgToken: bigint,
  why: string,
): Promise<void> => {
  await prisma.sendLog.updateMany({
    where: { deviceID, msgToken, resultCode: null },
    data: { resultMsg: text(why, 1024) },
  });
};

/** How a command ended; undefined while it is open, or when there is none. */
export const readOutcome = async (
  prisma: PrismaClient,
  deviceID: bigint,
  msgToken: bigint,
): Promise<DeviceAnswer | undefined> => {
  const row = await prisma.sendLog.findUnique({
    where: { deviceID_msgToken_part: { deviceID, msgToken, part: 0 } },
    select: { resultCode: true, resultMsg: true, output: true },
  });
  if (!row || row.resultCode === null) return undefined;
  return { code: row.resultCode, msg: row.resultMsg, output: row.output };
};
