/**
 * Tells devices of their tasks: when a job is made, when a device comes online, when a task is cancelled or removed. A device
 * that has said nothing of a task yet is told again when it comes online: what it was told at QoS 0 may have been lost.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskStatus } from '@alink/alink';
import { BusTimeoutError, NoListenerError, BusDownError } from '@alink/bus';
import { Code, newAlinkId, subjects, writeDevicePublish } from '@alink/contract';
import type { DmContext } from '../../context';
import { deviceKey } from '../../device-core';
import type { DeviceChange } from '../../presence/presence-rows';
import type { FileLinks } from '../config/links';
import { readAnswer } from '../../services/device-interact/read-answer';
import { claimTask, markSent, openTasks, releaseTask, type DeviceTask } from './store';
import { taskOf } from './task';

const PATH = 'thing/job/notify';
/** Milliseconds in which a node says that it could not write it; a device need not answer. */
const WRITTEN_MS = 2000;
/** Devices that are told at once. */
const AT_ONCE = 200;
/** The node may take what is for a device a moment after it has told of its login. */
const TRIES = 3;
const RETRY_MS = 1000;

/** Codes with which a node says that it wrote nothing. */
const NOT_WRITTEN: readonly number[] = [Code.deviceOffline, Code.deviceTimeout, Code.parameter];

export class JobNotices {
  private readonly running = new Set<Promise<void>>();
  private readonly stopped = new AbortController();

  constructor(private readonly context: Pick<DmContext, 'prisma' | 'bus' | 'log'> & FileLinks) {
    // As many wait before they try again as devices are told at once, which is no leak.
    setMaxListeners(0, this.stopped.signal);
  }

  /** Devices have come online. */
  devicesOnline(changes: readonly DeviceChange[]): void {
    const ids = changes.map(({ deviceID }) => deviceID);
    this.run(
      openTasks(this.context.prisma, ids).then((tasks) =>
        this.tellAll(tasks.filter(({ status }) => status !== 'IN_PROGRESS')),
      ),
    );
  }

  /** @param status what devices are told of them (default: that they are to be done) */
  tell(tasks: readonly DeviceTask[], status?: TaskStatus): void {
    if (tasks.length > 0) this.run(this.tellAll(tasks, status));
  }

  /** Waits for what is under way. */
  async stop(): Promise<void> {
    this.stopped.abort();
    while (this.running.size > 0) await Promise.all(this.running);
  }

  private run(work: Promise<void>): void {
    const tracked = work.catch((err: unknown) => {
      if (!this.stopped.signal.aborted) this.context.log.warn({ err }, 'devices were not told of their jobs');
    });
    this.running.add(tracked);
    void tracked.finally(() => this.running.delete(tracked));
  }

  /** Those of one device one after another, in their order. */
  private async tellAll(tasks: readonly DeviceTask[], status?: TaskStatus): Promise<void> {
    const byDevice = new Map<string, DeviceTask[]>();
    for (const task of tasks) {
      const key = deviceKey(task);
      byDevice.set(key, [...(byDevice.get(key) ?? []), task]);
    }
    const queue = byDevice.values();
    const worker = async (): Promise<void> => {
      for (const ofDevice of queue) for (const task of ofDevice) await this.tellOne(task, status);
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, byDevice.size) }, worker));
  }

  /** That a task is to be done, a device is told once in a session; that it has ended, whoever ended it says once. */
  private async tellOne(task: DeviceTask, status: TaskStatus = 'SENT'): Promise<void> {
    const { prisma, now } = this.context;
    if (status !== 'SENT') return void (await this.writeUntilDone(task, status));
    const claim = await claimTask(prisma, task.id);
    if (claim === undefined) return;
    let isWritten = false;
    try {
      isWritten = await this.writeUntilDone(task, status);
    } finally {
      if (!isWritten) await releaseTask(prisma, task.id, claim);
    }
    if (isWritten) await markSent(prisma, task.id, now());
  }

  /** @returns whether it was written at last */
  private async writeUntilDone(task: DeviceTask, status: TaskStatus): Promise<boolean> {
    for (let tries = 1; !this.stopped.signal.aborted; tries++) {
      if (await this.isWritten(task, status)) return true;
      if (tries === TRIES) break;
      await sleep(RETRY_MS, undefined, { signal: this.stopped.signal });
    }
    return false;
  }

  /** Asks the node that holds the device. @returns whether it has written it */
  private async isWritten(task: DeviceTask, status: TaskStatus): Promise<boolean> {
    const { productID, deviceName } = task;
    const { bus, now } = this.context;
    const message = {
      method: 'request',
      msgToken: newAlinkId(),
      timestamp: now(),
      path: PATH,
      params: { task: taskOf(this.context, task, status) },
    };
    const content = { productID, deviceName, handle: 'thing', type: 'request', body: message } as const;
    try {
      const answer = await bus.request(
        subjects.down('thing', productID, deviceName),
        writeDevicePublish(content, now()),
        WRITTEN_MS,
      );
      return !NOT_WRITTEN.includes(readAnswer(answer).code);
    } catch (error) {
      if (error instanceof NoListenerError || error instanceof BusDownError) return false;
      // The device has said nothing of it.
      if (error instanceof BusTimeoutError) return true;
      throw error;
    }
  }
}
