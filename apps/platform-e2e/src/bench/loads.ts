/** The loads, each for any broker that listens on a port: the gateway and bare aedes get exactly the same bytes. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { DeviceConnection, type Credentials } from './device-connection';
import { quantile } from './statistics';

/** CONNECTs that are under way at once. */
const CONNECT_WINDOW = 64;
/** QoS 1 publishes of one device that are not acknowledged yet. */
const PUBLISH_WINDOW = 8;

/** Connects all devices. @returns them, and how many were connected per second */
export const connectAll = async (
  port: number,
  devices: readonly Credentials[],
): Promise<{ connections: DeviceConnection[]; perSecond: number }> => {
  const connections: DeviceConnection[] = [];
  const queue = [...devices];
  const began = performance.now();
  await Promise.all(
    Array.from({ length: CONNECT_WINDOW }, async () => {
      for (let next = queue.pop(); next; next = queue.pop()) connections.push(await DeviceConnection.open(port, next));
    }),
  );
  return { connections, perSecond: devices.length / ((performance.now() - began) / 1000) };
};

export const closeAll = async (connections: readonly DeviceConnection[]): Promise<void> => {
  await Promise.all(connections.map((connection) => connection.close()));
};

export interface PostLoad {
  readonly port: number;
  readonly devices: readonly { readonly credentials: Credentials; readonly topic: string }[];
  readonly milliseconds: number;
  /** Whether the broker answers with a `_reply` besides the PUBACK, and the answer is waited for. */
  readonly awaitReply: boolean;
}

export interface PostResult {
  readonly perSecond: number;
  /** Milliseconds from PUBLISH to the last of its answers. */
  readonly p50: number;
  readonly p99: number;
}

/** Every device posts a report as soon as one of its window is acknowledged (and answered). */
export const postAll = async ({ port, devices, milliseconds, awaitReply }: PostLoad): Promise<PostResult> => {
  const latencies: number[] = [];
  let stop = false;
  const connections = await Promise.all(
    devices.map(async ({ credentials, topic }) => {
      const connection = await DeviceConnection.open(port, credentials);
      const waiting = new Map<number, { at: number; left: number }>();
      let nextId = 0;
      const post = (): void => {
        if (stop) return;
        nextId = (nextId % 65_535) + 1;
        waiting.set(nextId, { at: performance.now(), left: awaitReply ? 2 : 1 });
        const payload = `{"id":"${nextId}","version":"1.0","params":{"temperature":${(nextId % 1000) / 10},"humidity":${nextId % 100},"light":1},"method":"thing.event.property.post"}`;
        connection.send({ cmd: 'publish', topic, payload, qos: 1, messageId: nextId, dup: false, retain: false });
      };
      const answered = (id: number): void => {
        const entry = waiting.get(id);
        if (!entry || --entry.left > 0) return;
        waiting.delete(id);
        latencies.push(performance.now() - entry.at);
        post();
      };
      connection.onPacket = (packet) => {
        if (packet.cmd === 'puback') answered(packet.messageId!);
        else if (packet.cmd === 'publish') {
          const reply = JSON.parse(packet.payload.toString()) as { id: string; code: number };
          if (reply.code !== 200) throw new Error(`a report was answered with ${reply.code}`);
          answered(Number(reply.id));
        }
      };
      return { connection, begin: () => Array.from({ length: PUBLISH_WINDOW }, post) };
    }),
  );
  const began = performance.now();
  for (const { begin } of connections) begin();
  // The first fifth warms up: it is not counted.
  await pause(milliseconds / 5);
  const skipped = latencies.length;
  const counted = performance.now();
  await pause(milliseconds - (counted - began));
  const seconds = (performance.now() - counted) / 1000;
  stop = true;
  const measured = latencies.slice(skipped);
  await pause(500);
  await closeAll(connections.map(({ connection }) => connection));
  return { perSecond: measured.length / seconds, p50: quantile(measured, 0.5), p99: quantile(measured, 0.99) };
};

/** Resident memory of a process, bytes. */
export const residentBytes = (pid: number): number => {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+) kB/);
  return Number(line?.[1] ?? NaN) * 1024;
};

/** Bytes that one idle connection adds to the broker's process. */
export const idleBytesPerConnection = async (
  port: number,
  pid: number,
  devices: readonly Credentials[],
): Promise<number> => {
  await pause(3000);
  const before = residentBytes(pid);
  const { connections } = await connectAll(port, devices);
  await pause(5000);
  const after = residentBytes(pid);
  await closeAll(connections);
  return (after - before) / devices.length;
};
