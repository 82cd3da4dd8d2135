/**
 * Sessions of sub-devices that nobody holds: a gateway device behind a foreign node has told that they began. They go through the
 * stream like all sessions, so they have their place among them.
 */
import { encodeEnvelope, subjects, type StatusChange } from '@alink/contract';
import type { DmContext } from '../../context';
import { deviceKey, type DeviceCore } from '../../device-core';
import { byNames, inParts } from '../../services/device-manage/devices-by-name';

const SUBJECTS = { connected: subjects.sessionBegan, disconnected: subjects.sessionEnded } as const;

type Told = Pick<StatusChange, 'action' | 'timestamp' | 'reason' | 'via' | 'stream' | 'epoch'>;

/** @param at when it was heard, unix milliseconds */
export const tellSession = (
  { bus }: Pick<DmContext, 'bus'>,
  { productID, deviceName }: DeviceCore,
  told: Told,
  at: number,
): Promise<unknown> => {
  const clientID = `${productID}&${deviceName}`;
  const change: StatusChange = { productID, deviceName, username: '', addr: '', clientID, ...told };
  return bus.publishKept(SUBJECTS[told.action], encodeEnvelope(JSON.stringify(change), at));
};

/** A device that has left its gateway device. */
export interface Left extends DeviceCore {
  readonly from: DeviceCore;
}

/**
 * Ends what still goes through gateway devices that these devices have left, as unitedrhino's dm does (its public source,
 * `deviceGatewayMultiDeleteLogic.go`). A node of ours, whose name its sessions have, ends them by itself.
 */
export const endToldSessions = async (context: Pick<DmContext, 'prisma' | 'bus' | 'now'>, left: readonly Left[]) => {
  for (const part of inParts(left)) {
    const from = new Map(part.map((device) => [deviceKey(device), deviceKey(device.from)]));
    const rows = await context.prisma.device.findMany({
      where: { AND: [byNames(part), { isOnline: true, node: null, via: { in: [...new Set(from.values())] } }] },
      select: { productID: true, deviceName: true, via: true, sessionStream: true, sessionEpoch: true },
    });
    const now = context.now();
    for (const row of rows.filter((each) => each.via === from.get(deviceKey(each)))) {
      // That session and no other: it may have logged in through its next gateway device by now.
      const [stream, epoch] = [Number(row.sessionStream), Number(row.sessionEpoch)];
      const told = { action: 'disconnected', timestamp: now, reason: 'gateway unbind', stream, epoch } as const;
      await tellSession(context, row, told, now);
    }
  }
};
