/**
 * A gateway device behind a foreign node tells that sub-devices have come or gone through it. That goes through the stream like
 * any session, so it has its place among them; and they go offline with their gateway device.
 */
import { Code, encodeEnvelope, subjects, type StatusChange } from '@alink/contract';
import { deviceKey } from '../../../device-core';
import { gatewayOf } from '../../../domains/topology/read-topology';
import { devicesIn, payloadOf } from '../gateway-devices';
import type { QuestionKind } from '../question-kind';

const SUBJECTS = { connected: subjects.sessionBegan, disconnected: subjects.sessionEnded } as const;

/** Those that are attached to it become what it says, also where it names others, which is an error besides. */
const status = (method: string, action: StatusChange['action']): QuestionKind => ({
  handle: 'gateway',
  type: 'status',
  method,
  async answer({ device, message, uplink }, { prisma, bus }) {
    const devices = devicesIn(message);
    const attached = await gatewayOf(prisma, devices);
    const own = devices.filter((_, i) => attached[i] && deviceKey(attached[i]) === deviceKey(device));
    const { productID, deviceName } = device;
    for (const subDevice of own) {
      const change: StatusChange = {
        ...subDevice,
        action,
        username: '',
        timestamp: message.timestamp || uplink.arrivedAt,
        addr: '',
        clientID: `${subDevice.productID}&${subDevice.deviceName}`,
        reason: action === 'connected' ? '' : 'told by its gateway device',
        // Which session of the gateway device it is, nobody says: any end of one ends it.
        ...(action === 'connected' && { via: { productID, deviceName } }),
      };
      await bus.publishKept(SUBJECTS[action], encodeEnvelope(JSON.stringify(change), uplink.arrivedAt));
    }
    const code = own.length === devices.length ? Code.ok : Code.notBound;
    return { code, payload: payloadOf(devices) };
  },
});

export const gatewayStatus: readonly QuestionKind[] = [
  status('online', 'connected'),
  status('offline', 'disconnected'),
];
