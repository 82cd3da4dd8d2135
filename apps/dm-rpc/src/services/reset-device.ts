/** A device that is to register again, as if it had never logged in; two services offer it. */
import type { services } from '@alink/contract';
import { deleteHistory } from '@alink/db';
import type { CallContext, Handlers } from '@alink/rpc';
import type { DmContext } from '../context';
import type { DeviceCore } from '../device-core';
import { requireLocked } from '../domains/topology/store';
import { cutTies, tellCut } from '../domains/topology/ties';
import { requireDevice } from './device-manage/device-record';
import { requireLockedDevice } from './lock-device';

/** What is deleted besides. */
interface ResetOptions {
  /** Its logs: messages, commands, status. */
  readonly log?: boolean;
  /** Its data: properties, events, desired values, shadow, texts that are kept with it; and its place in the topology. */
  readonly info?: boolean;
  /** The definitions of its own. */
  readonly deviceSchema?: boolean;
}

/**
 * Undoes the activation and revokes all tokens; the DeviceSecret stays. Whether the device is online is left to its
 * session, which the node that holds it ends: it is told.
 * @throws {RpcError} 100009 when there is no such device
 */
const resetDevice = async (
  { prisma, audit, changes, topologyNotices, now }: DmContext,
  call: CallContext,
  device: DeviceCore,
  { log = false, info = false, deviceSchema = false }: ResetOptions = {},
): Promise<void> => {
  const { deviceID, ties } = await audit.transact(call, async (tx, note) => {
    const deviceID = await requireLockedDevice(tx, device);
    await tx.device.update({
      where: { id: deviceID },
      data: { firstLogin: null, lastClientId: '', resetAt: new Date(now()) },
    });
    const { count } = await tx.issuedToken.deleteMany({ where: { deviceID } });
    if (log) {
      await tx.sendLog.deleteMany({ where: { deviceID } });
      await tx.statusLog.deleteMany({ where: { deviceID } });
    }
    if (info) {
      await tx.propertyLatest.deleteMany({ where: { deviceID } });
      await tx.desiredValue.deleteMany({ where: { deviceID } });
      await tx.deviceShadow.deleteMany({ where: { deviceID } });
      await tx.deviceProfile.deleteMany({ where: { deviceID } });
    }
    const ties = info ? await cutTies(tx, await requireLocked(tx, device)) : undefined;
    if (deviceSchema) {
      await tx.deviceDefinition.deleteMany({ where: { deviceID } });
      await tx.device.update({ where: { id: deviceID }, data: { schemaRevision: null } });
    }
    const deleted = { ...(log && { log }), ...(info && { info }), ...(deviceSchema && { deviceSchema }) };
    note('device.reset', device, { tokensRevoked: count, ...deleted });
    return { deviceID, ties };
  });
  // Nodes do not wait for what may be millions of rows.
  if (deviceSchema) await changes.deviceSchemasChanged([device]);
  changes.deviceReset(device);
  if (ties) await tellCut({ changes, topologyNotices }, ties);
  if (log) await deleteHistory(prisma, { table: 'hub_log', ...device });
  if (!info) return;
  await deleteHistory(prisma, { table: 'property_history', deviceID });
  await deleteHistory(prisma, { table: 'event_history', deviceID });
};

/**
 * Of `dm.DeviceManage`: it may also delete the device's logs, its data and its own definitions. `bind` finds nothing to
 * reset: devices have no owner.
 */
export const deviceResetHandlers = (
  context: DmContext,
): Pick<Handlers<typeof services.deviceManage>, 'deviceReset'> => ({
  async deviceReset({ device, ...options }, call) {
    await resetDevice(context, call, requireDevice(device, 'device.'), options);
    return {};
  },
});

/** Of `alink.DeviceAdmin`. */
export const resetDeviceHandlers = (
  context: DmContext,
): Pick<Handlers<typeof services.deviceAdmin>, 'resetDevice'> => ({
  async resetDevice(request, call) {
    await resetDevice(context, call, requireDevice(request));
    return {};
  },
});
