/** `alink.Shadow`: the shadow of a device, as applications read and change it. */
import { isStorable } from '@alink/alink';
import type { Json, JsonObject, services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { deviceKey } from '../../device-core';
import { requireDevice } from '../../services/device-manage/device-record';
import { findDevice } from '../../services/device-msg/find-device';
import { requireLockedDevice } from '../../services/lock-device';
import { badParameter, noDevice } from '../../wire/errors';
import { jsonObject, requireText } from '../../wire/fields';
import { sendControl } from './control';
import {
  changeShadow,
  documentOf,
  EMPTY,
  hasDesired,
  isRefusal,
  type Change,
  type PartChange,
  type Refusal,
} from './document';
import { readLocked, readShadows, writeShadows } from './store';

/** More than a shadow may have. */
const MAX_DESIRED = 64 * 1024;

const isNull = (value: Json): boolean => value === null || value === 'null';

/** Values of null delete; of what an application says otherwise the new value stands. */
const desiredChange = (desired: JsonObject, isDelta: boolean): PartChange => {
  const entries = Object.entries(desired);
  const set = Object.fromEntries(entries.filter(([, value]) => !isNull(value)));
  if (!isDelta) return { removed: null, set };
  const gone = entries.filter(([, value]) => isNull(value)).map(([name]) => [name, null] as const);
  return { removed: Object.fromEntries(gone), set };
};

/** @throws {RpcError} 100006 */
const versionOf = (text: string): number | undefined => {
  const version = Number(text);
  if (!Number.isSafeInteger(version) || version < -1) throw badParameter('version', 'must be -1, 0, or a version');
  return version === 0 ? undefined : version;
};

const refused = ({ code, message }: Refusal) =>
  badParameter(code === 409 ? 'version' : 'desired', `is refused: ${message}`);

export const shadowHandlers = (context: DmContext): Handlers<typeof services.shadow> => {
  const { prisma, audit, now } = context;

  return {
    async read(request) {
      const device = await findDevice({ prisma }, request);
      const { shadow = EMPTY, updatedAt = 0n } = (await readShadows(prisma, [device])).get(deviceKey(device)) ?? {};
      const { version, reported, desired } = shadow;
      return {
        reported: JSON.stringify(reported.values),
        desired: JSON.stringify(desired.values),
        metadata: JSON.stringify({ reported: reported.times, desired: desired.times }),
        version,
        updatedAt: updatedAt.toString(),
      };
    },

    async update(request, call) {
      const device = requireDevice(request);
      const desired = jsonObject('desired', requireText('desired', request.desired, MAX_DESIRED)) as JsonObject;
      if (!isStorable(desired)) throw badParameter('desired', 'holds text that cannot be kept, or is nested too deep');
      const change: Change = {
        version: versionOf(request.version),
        desired: desiredChange(desired, request.isDelta),
      };
      const shadow = await audit.transact(call, async (tx, note) => {
        const found = (await readLocked(tx, [device])).get(deviceKey(device));
        if (!found) throw noDevice(device);
        const outcome = changeShadow(found.shadow ?? EMPTY, change, Math.floor(now() / 1000));
        if (isRefusal(outcome)) throw refused(outcome);
        await writeShadows(tx, [{ deviceID: found.deviceID, shadow: outcome }], now());
        note('shadow.update', device, { desired: Object.keys(desired), version: outcome.version });
        return outcome;
      });
      if (!hasDesired(shadow)) return { version: shadow.version, isSent: false };
      const { productID } = device;
      const { productKey } = await prisma.product.findUniqueOrThrow({
        where: { productID },
        select: { productKey: true },
      });
      const isSent = await sendControl(context, { ...device, productKey }, documentOf(shadow));
      return { version: shadow.version, isSent };
    },

    async delete(request, call) {
      const device = requireDevice(request);
      await audit.transact(call, async (tx, note) => {
        const deviceID = await requireLockedDevice(tx, device);
        const { count } = await tx.deviceShadow.deleteMany({ where: { deviceID } });
        if (count > 0) note('shadow.delete', device);
      });
      return {};
    },
  };
};
