import { createMemoryBus, type Bus } from '@alink/bus';
import { PROTOCOL_CODE, readDevicePublish, subjects, writeDevicePublish } from '@alink/contract';
import { createLogger } from '@alink/runtime';
import { jest } from '@jest/globals';
import type { DmContext } from '../../context';
import { CommandSender, type Command } from './command-sender';
import { WaitingCommands } from './waiting-commands';

let bus: Bus;
/** Completes the record of the command, or fails to. */
let complete: () => void;
let failToComplete: (error: Error) => void;
/** Resolves when the record is about to be completed. */
let completing: Promise<void>;
let sender: CommandSender;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  bus = createMemoryBus();
  const writing = new Promise<void>((resolve, reject) => {
    complete = resolve;
    failToComplete = reject;
  });
  completing = new Promise((resolve) => {
    const $executeRaw = () => {
      resolve();
      return writing;
    };
    const prisma = { sendLog: { createMany: () => Promise.resolve({ count: 1 }) }, $executeRaw };
    const log = createLogger({ name: 'test', level: 'silent' });
    sender = new CommandSender({ prisma, bus, log, now: () => 1 } as unknown as DmContext, new WaitingCommands());
  });
  bus.subscribe(subjects.downOfDevice('p', 'd'), ({ data, respond }) => {
    respond?.(writeDevicePublish({ ...readDevicePublish(data), body: { code: 200 } }, 1));
  });
});
afterEach(async () => {
  jest.useRealTimers();
  await bus.close();
});

const command: Command = {
  device: { id: 1n, productID: 'p', deviceName: 'd', isOnline: true, protocolCode: PROTOCOL_CODE },
  action: 'sendMsg',
  entries: [{ dataID: '/p/d/user/get', content: 'hello' }],
  body: { kind: 'raw', topic: '/p/d/user/get', payload: Buffer.from('hello') },
  timeoutMs: 60_000,
};
const answered = { code: 200, msg: '', output: '' };

/** Sends the command. @returns whether it has been answered so far, and the answer */
const send = async () => {
  const { answer } = await sender.send(command);
  const state = { isAnswered: false, answer };
  void answer.then(() => (state.isAnswered = true));
  await completing;
  await new Promise(setImmediate);
  return state;
};

test('the answer comes once the record is complete', async () => {
  const sent = await send();
  expect(sent.isAnswered).toBe(false);
  complete();
  expect(await sent.answer).toEqual(answered);
});

test('a database that has gone away does not keep the answer', async () => {
  const sent = await send();
  failToComplete(new Error('gone'));
  expect(await sent.answer).toEqual(answered);
});

test('one that hangs keeps it for a moment only', async () => {
  const sent = await send();
  expect(sent.isAnswered).toBe(false);
  jest.advanceTimersByTime(1000);
  expect(await sent.answer).toEqual(answered);
});
