/** The record of a command: written before it is sent, completed once. */
import { randomInt } from 'node:crypto';
import { Code, type UserContext } from '@alink/contract';
import type { PrismaClient } from '@alink/db';
import type { DeviceAnswer } from './waiting-commands';

export type CommandAction = 'propertyControlSend' | 'propertyGetReportSend' | 'actionSend' | 'sendMsg';

export interface NewCommand {
  readonly deviceID: bigint;
  readonly action: CommandAction;
  /** The identifiers it is about, or the topic. */
  readonly dataID: string;
  /** JSON, or the payload as text. */
  readonly content: string;
  readonly user?: UserContext;
}

/** Tokens are Alink ids: devices read them as uint32. */
const MAX_TOKEN = 2 ** 32;
const MAX_CONTENT = 65_536;

const userID = (user: UserContext | undefined): bigint => {
  const text = String(user?.['UserID'] ?? '');
  return /^\d{1,18}$/.test(text) ? BigInt(text) : 0n;
};

const text = (value: string, maxLength: number): string => value.slice(0, maxLength).replaceAll('\0', '');

/** Writes the record. @returns its msgToken, which no other command to this device has */
export const openCommand = async (prisma: PrismaClient, command: NewCommand, nowMs: number): Promise<bigint> => {
  const { deviceID, action, user } = command;
  for (;;) {
    const msgToken = BigInt(randomInt(1, MAX_TOKEN));
    const { count } = await prisma.sendLog.createMany({
      data: {
        deviceID,
        msgToken,
        action,
        timestamp: BigInt(nowMs),
        dataID: text(command.dataID, 1024),
        content: text(command.content, MAX_CONTENT),
        account: text(String(user?.['Account'] ?? ''), 128),
        userID: userID(user),
      },
      skipDuplicates: true,
    });
    if (count === 1) return msgToken;
  }
};

/** Completes the record unless it is complete. An answer that comes after a time-out takes its place. */
export const closeCommand = async (
  prisma: PrismaClient,
  deviceID: bigint,
  msgToken: bigint,
  { code, msg, output }: DeviceAnswer,
  nowMs: number,
): Promise<void> => {
  await prisma.sendLog.updateMany({
    where: { deviceID, msgToken, OR: [{ resultCode: null }, { resultCode: Code.deviceTimeout }] },
    data: { resultCode: code, resultMsg: text(msg, 1024), output: text(output, MAX_CONTENT), endedAt: BigInt(nowMs) },
  });
};
