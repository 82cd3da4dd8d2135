/** Strangers on the way in: CONNECTs that never end, connections that keep silent, wrong passwords. */
import { setTimeout as pause } from 'node:timers/promises';
import { credentialsOf } from '../devices';
import { DeviceSocket } from '../generator/device-socket';
import { connectPacket } from '../generator/packets';
import { residentBytes } from '../measure/resident-memory';
import { quantile } from '../results/statistics';
import type { PlatformSubject } from '../subjects/platform';
import { killAndStart, NEWCOMERS, nodeOf, type HostileBench, type Trial } from './trial';

/** Bytes of a CONNECT, announced and sent. */
const UNFINISHED = {
  large: { what: '64 KB of 256 KB sent', announced: 256 * 1024, sent: 64 * 1024 },
  small: { what: 'all but one byte of 8 KB sent', announced: 8192, sent: 8191 },
} as const;

const SILENT_PER_SECOND = 400;
const NEWCOMER_EVERY_MS = 40;
/** A device gives up after so long. */
const PATIENCE_MS = 10_000;

/** The most memory that the node has while the unfinished CONNECTs stand, beyond what it had, bytes. */
const heldByUnfinished = async (
  subject: PlatformSubject,
  { attacker, sizes }: HostileBench,
  { announced, sent }: { readonly announced: number; readonly sent: number },
): Promise<number> => {
  const { pid } = nodeOf(subject);
  const before = residentBytes(pid);
  let peak = before;
  const sampling = setInterval(() => (peak = Math.max(peak, residentBytes(pid))), 50);
  await attacker.order({ act: 'unfinished', port: subject.port, connections: sizes.unfinished, announced, sent });
  clearInterval(sampling);
  await attacker.order({ act: 'end' });
  return peak - before;
};

export const unfinishedTrials: readonly Trial[] = Object.entries(UNFINISHED).map(([name, { what, ...bytes }]) => ({
  name: `unfinished-${name}`,
  figures: [{ key: 'mebibytes', what: `unfinished CONNECTs, ${what}: memory of the node`, unit: 'MiB' }],
  run: async (subject, bench) => {
    await killAndStart(subject);
    return { mebibytes: (await heldByUnfinished(subject, bench, bytes)) / 2 ** 20 };
  },
}));

/** Milliseconds to the CONNACK of a device; {@link PATIENCE_MS} when it has given up or was refused. */
const connackTime = async (port: number, n: number): Promise<number> => {
  const dialled = performance.now();
  try {
    const socket = await DeviceSocket.open(connectPacket(credentialsOf(n)), { port, timeoutMs: PATIENCE_MS });
    const took = performance.now() - dialled;
    await socket.close();
    return took;
  } catch {
    return PATIENCE_MS;
  }
};

export const silentTrial: Trial = {
  name: 'silent',
  figures: [
    { key: 'p50', what: `${SILENT_PER_SECOND} silent addresses a second: CONNACK of others, p50`, unit: 'ms' },
    { key: 'longest', what: `${SILENT_PER_SECOND} silent addresses a second: CONNACK of others, longest`, unit: 'ms' },
  ],
  run: async (subject, { attacker, sizes }) => {
    await attacker.order({ act: 'silent', port: subject.port, perSecond: SILENT_PER_SECOND });
    await pause(1000);
    const newcomers: Promise<number>[] = [];
    for (let n = NEWCOMERS.from; newcomers.length * NEWCOMER_EVERY_MS < sizes.silentMs; n++) {
      newcomers.push(connackTime(subject.port, NEWCOMERS.from + (n % (NEWCOMERS.to - NEWCOMERS.from))));
      await pause(NEWCOMER_EVERY_MS);
    }
    const times = await Promise.all(newcomers);
    await attacker.order({ act: 'end' });
    return { p50: quantile(times, 0.5), longest: quantile(times, 1) };
  },
};

/** The address that wrong passwords come from, and the devices whose right ones come from there as well. */
const NAT = '127.0.9.9';
const WRONG_FOR_ONE = 15;
const WRONG_IN_ALL = 250;
const RIGHT_LOGINS = 5;
const OWNER = 310;
const NEIGHBOURS = 320;

/** Whether a login from {@link NAT} is let in within a time that devices wait. */
const getsIn = async (port: number, packet: Buffer): Promise<boolean> => {
  try {
    const socket = await DeviceSocket.open(packet, { port, localAddress: NAT, timeoutMs: 3000 });
    await socket.close();
    return true;
  } catch {
    return false;
  }
};

const wrong = (n: number): Buffer => connectPacket({ ...credentialsOf(n), password: '0'.repeat(64) });

const shareOf = (results: readonly boolean[]): number => (results.filter(Boolean).length / results.length) * 100;

/** Right logins of some devices, one after the other. @returns per cent of them that were let in */
const rightLogins = async (port: number, devices: readonly number[]): Promise<number> => {
  const results: boolean[] = [];
  for (const n of devices) results.push(await getsIn(port, connectPacket(credentialsOf(n))));
  return shareOf(results);
};

export const lockoutTrial: Trial = {
  name: 'lockout',
  figures: [
    { key: 'device', what: 'right logins let in while others fail for the same device', unit: '%' },
    { key: 'address', what: 'right logins let in while others fail from the same address', unit: '%' },
  ],
  run: async (subject) => {
    const { port } = subject;
    await killAndStart(subject);
    await getsIn(port, connectPacket(credentialsOf(OWNER)));
    void Promise.all(Array.from({ length: WRONG_FOR_ONE }, () => getsIn(port, wrong(OWNER))));
    await pause(1000);
    const device = await rightLogins(port, Array<number>(RIGHT_LOGINS).fill(OWNER));
    void Promise.all(Array.from({ length: WRONG_IN_ALL }, (_, n) => getsIn(port, wrong(330 + (n % 60)))));
    await pause(2000);
    const neighbours = Array.from({ length: RIGHT_LOGINS }, (_, n) => NEIGHBOURS + n);
    return { device, address: await rightLogins(port, neighbours) };
  },
};
