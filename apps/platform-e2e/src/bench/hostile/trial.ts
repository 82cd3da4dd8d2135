/** What a trial of the hostile benchmark works with, and what it brings. */
import type { SpawnedApp } from '@alink/testing';
import type { LoadGenerator } from '../generator/load-generator';
import type { Figure } from '../loads/load';
import type { PlatformSubject } from '../subjects/platform';
import type { WorkerProcess } from '../worker-process';
import type { AttackOrder } from './attacker-orders';

/** How much is done. */
export interface HostileSizes {
  /** How long a flood runs before others are timed under it, and then, milliseconds. */
  readonly runUpMs: number;
  readonly timedMs: number;
  readonly unfinished: number;
  /** Milliseconds during which silent connections come. */
  readonly silentMs: number;
  /** Connections in which each device leaves something behind. */
  readonly litterConnections: number;
}

export interface HostileBench {
  /** Devices that behave. */
  readonly generator: LoadGenerator;
  readonly attacker: WorkerProcess<AttackOrder, void>;
  readonly sizes: HostileSizes;
}

export interface Trial {
  readonly name: string;
  readonly figures: readonly Figure[];
  /** @returns by the keys of its figures */
  run(subject: PlatformSubject, bench: HostileBench): Promise<Readonly<Record<string, number>>>;
}

/** Devices by number: those that behave come first. */
export const GOOD_DEVICES = 50;
export const HOSTILE_DEVICES = { from: GOOD_DEVICES, to: GOOD_DEVICES + 20 } as const;
/** Those that only connect while others keep silent. */
export const NEWCOMERS = { from: 100, to: 300 } as const;
export const ALL_DEVICES = 400;

/** The node's process. */
export const nodeOf = ({ platform }: PlatformSubject): SpawnedApp => platform.app('protocol-aliyun-mqtt');

/** Starts the node anew, however little it answers any more. */
export const killAndStart = async ({ platform }: PlatformSubject): Promise<void> => {
  await platform.stopApp('protocol-aliyun-mqtt', 'SIGKILL');
  await platform.startApp('protocol-aliyun-mqtt');
};
