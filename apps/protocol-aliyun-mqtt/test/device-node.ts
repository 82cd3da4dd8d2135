/** The device side of a node on real ports, in this process: everything from accept to the bus. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bus } from '@alink/bus';
import type { Clock } from '@alink/runtime';
import type { Credentials } from '@alink/signing';
import { PATIENCE_MS, RawMqtt } from '@alink/testing';
import type { GuardConfig } from '../src/guard/config';
import { PRODUCT_KEY, secretOf, type ListedDm } from './listed-dm';
import { createTestPath } from './test-path';

export { PRODUCT_KEY, secretOf };

export type DeviceNode = Awaited<ReturnType<typeof startDeviceNode>>;

/** Starts it with the limits given, all others off; the bus may be shared with other nodes. */
export const startDeviceNode = async (
  limits: Partial<GuardConfig>,
  clock: Clock,
  surroundings: { readonly bus?: Bus; readonly dm?: ListedDm } = {},
) => {
  const { path, dm, dataDir, credentials, ...test } = await createTestPath({
    config: limits,
    clock,
    ...surroundings,
  });
  await path.start();
  const ports = await path.openPorts((conn) => conn.destroy());

  /** Sends a CONNECT. @returns the connection, with its CONNACK's code */
  const connectAs = async (
    { clientId, username, password }: Credentials,
    { timeoutMs = PATIENCE_MS, tls = false, clean = true } = {},
  ): Promise<{ raw: RawMqtt; code: number }> => {
    const raw = await RawMqtt.open({ port: ports.mqtt, tls });
    const fields = { protocolId: 'MQTT', protocolVersion: 4, clean, keepalive: 60 } as const;
    raw.send({ cmd: 'connect', ...fields, clientId, username, password: Buffer.from(password) });
    const { returnCode } = await raw.next('connack', timeoutMs);
    return { raw, code: returnCode ?? -1 };
  };
  const connect = (
    deviceName: string,
    deviceSecret = secretOf(deviceName),
    timeoutMs?: number,
  ): Promise<{ raw: RawMqtt; code: number }> => connectAs(credentials(deviceName, deviceSecret), { timeoutMs });
  return {
    ...test,
    ports,
    sessions: path.sessions,
    guard: path.guard,
    directory: path.directory,
    /** MQTT clients that are let in now. */
    clients: () => path.clients,
    credentials,
    connect,
    connectAs,
    ca: () => readFileSync(join(dataDir, 'tls/ca.crt')),
    lookUps: () => dm.lookUps,
  };
};
