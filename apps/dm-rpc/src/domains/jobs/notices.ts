/**
 * Tells devices of their tasks: when a job is made, when a device comes online, when a task is cancelled or removed. A device
 * that has said nothing of a task yet is told again when it comes online: what it was told at QoS 0 may have been lost.
 */
import type { TaskStatus } from '@alink/alink';
import { BusTimeoutError, NoListenerError, BusDownError } from '@alink/bus';
import { Code } from '@alink/contract';
import type { DmContext } from '../../context';
import { deviceKey } from '../../device-core';
import { Errands, TRIES } from '../../errands';
import type { DeviceChange } from '../../presence/presence-rows';
import type { FileLinks } from '../config/links';
import { alinkRequest } from '../../services/device-interact/alink-request';
import { readAnswer } from '../../services/device-interact/read-answer';
import { claimTask, type DeviceTask, isStillClaimed, markSent, openTasks, releaseTask } from './store';
import { taskOf } from './task';

const PATH = 'thing/job/notify';
/** Milliseconds in which a node says that it could not write it; a device need not answer. */
const WRITTEN_MS = 2000;
/** Devices that are told at once. */
const AT_ONCE = 200;

/** Codes with which a node says that it wrote nothing. */
const NOT_WRITTEN: readonly number[] = [Code.deviceOffline, Code.deviceTimeout, Code.parameter];

export class JobNotices {
  private readonly errands: Errands;

  constructor(private readonly context: Pick<DmContext, 'prisma' | 'bus' | 'log'> & FileLinks) {
    this.errands = new Errands({ log: context.log, atOnce: AT_ONCE, failed: 'devices were not told of their jobs' });
  }

  /** Devices have come online. */
  devicesOnline(changes: readonly DeviceChange[]): void {
    const ids = changes.map(({ deviceID }) => deviceID);
    this.errands.run({}, async () => {
      const tasks = await openTasks(this.context.prisma, ids);
      this.tell(tasks.filter(({ status }) => status !== 'IN_PROGRESS'));
    });
  }

  /**
   * Those of one device one after another, in their order.
   * @param status what devices are told of them (default: that they are to be done)
   */
  tell(tasks: readonly DeviceTask[], status?: TaskStatus): void {
    for (const ofDevice of byDevice(tasks)) {
      this.errands.run(ofDevice[0], ...ofDevice.map((task) => () => this.tellOne(task, status)));
    }
  }

  /** Waits for what is under way. */
  stop(): Promise<void> {
    return this.errands.stop();
  }

  /** That a task is to be done, a device is told once in a session; that it has ended, whoever ended it says once. */
  private async tellOne(task: DeviceTask, status: TaskStatus = 'SENT'): Promise<void> {
    const { prisma, now } = this.context;
    if (status !== 'SENT') return void (await this.writeUntilDone(task, status));
    const claim = await claimTask(prisma, task.id);
    if (claim === undefined) return;
    let isWritten = false;
    try {
      isWritten = await this.writeUntilDone(task, status, () => isStillClaimed(prisma, task.id, claim));
    } finally {
      if (!isWritten) await releaseTask(prisma, task.id, claim);
    }
    if (isWritten) await markSent(prisma, task.id, now());
  }

  /**
   * @param isDue asked before each further try: a task that has ended meanwhile is not told of as one that is to be done
   * @returns whether it was written at last
   */
  private async writeUntilDone(
    task: DeviceTask,
    status: TaskStatus,
    isDue: () => Promise<boolean> = async () => true,
  ): Promise<boolean> {
    for (let tries = 1; !this.errands.isStopped; tries++) {
      if (tries > 1 && !(await isDue())) break;
      if (await this.isWritten(task, status)) return true;
      if (tries === TRIES) break;
      await this.errands.sleep();
    }
    return false;
  }

  /** Asks the node that holds the device. @returns whether it has written it */
  private async isWritten(task: DeviceTask, status: TaskStatus): Promise<boolean> {
    const { bus, now } = this.context;
    const params = { task: taskOf(this.context, task, status) };
    const { subject, message } = alinkRequest(task, { path: PATH, params }, now());
    try {
      const answer = await bus.request(subject, message, WRITTEN_MS);
      return !NOT_WRITTEN.includes(readAnswer(answer).code);
    } catch (error) {
      if (error instanceof NoListenerError || error instanceof BusDownError) return false;
      // The device has said nothing of it.
      if (error instanceof BusTimeoutError) return true;
      throw error;
    }
  }
}

/** At least one of each device. */
const byDevice = (tasks: readonly DeviceTask[]): Iterable<readonly [DeviceTask, ...DeviceTask[]]> => {
  const found = new Map<string, [DeviceTask, ...DeviceTask[]]>();
  for (const task of tasks) {
    const ofDevice = found.get(deviceKey(task));
    if (ofDevice) ofDevice.push(task);
    else found.set(deviceKey(task), [task]);
  }
  return found.values();
};
