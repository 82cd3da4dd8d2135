/**
 * Gateway devices register sub-devices and have their secrets by it ("Alibaba Cloud IoT documentation, 'Register devices'"):
 * of devices that exist, and of new ones where their product has such made. Nothing is attached yet. Names are checked and
 * products known before; what may change meanwhile is decided here, on locked rows.
 */
import {
  topologyRefusals,
  type RefusedSubDevice,
  type RegisteredSubDevice,
  type SubDeviceRegistration,
} from '@alink/alink';
import { AutoRegister, DeviceType, ProductStatus } from '@alink/contract';
import { SecretBoxError } from '@alink/db';
import { isDeviceName, type DeviceIdentity } from '@alink/signing';
import type { DmContext } from '../../context';
import { deviceKey, type DeviceCore } from '../../device-core';
import { newDeviceData } from '../../services/device-manage/create-device';
import { secretOwner } from '../../services/device-manage/device-record';
import type { Transaction } from '../../transaction';
import type { Asker } from './askers';
import { productsOf, type ProductOfDevices } from './identities';
import { lockDevices, type LockedDevice } from './store';

/** `Device.registration` of devices that are made here. */
const BY_GATEWAY = 'gateway';
/** Tries where others make devices of the same names at the same time; then they are there. */
const TRIES = 3;

/** A device that a gateway device names, with its product where that may have it registered. */
interface Candidate {
  readonly identity: DeviceIdentity;
  readonly device: DeviceCore;
  readonly product: ProductOfDevices;
}

type Fault = Pick<RefusedSubDevice, 'code' | 'message'>;

/** Why no device of that name may be registered, whether it exists or not. */
const faultOfName = (product: ProductOfDevices | undefined, deviceName: string): Fault | undefined => {
  if (!product) return { code: 6250 };
  if (!isDeviceName(deviceName)) return { code: 6280 };
  if (product.deviceType !== DeviceType.subDevice) return topologyRefusals.isNoSubDevice;
  if (product.autoRegister < AutoRegister.existing) return { code: 6288 };
  return product.status === ProductStatus.disabled ? { code: 6204 } : undefined;
};

/** Why a device that there is not may not be made. */
const faultOfNew = ({ product }: Candidate, hasRoom: boolean): Fault | undefined => {
  if (product.autoRegister < AutoRegister.create) return { code: 6100 };
  return hasRoom ? undefined : { code: 6400 };
};

/** Why a device that exists may not be registered by that gateway device. */
const faultOfDevice = (row: LockedDevice, asker: DeviceCore): Fault | undefined => {
  if (!row.isEnabled) return { code: 6204 };
  return row.gateway && deviceKey(row.gateway) !== deviceKey(asker) ? { code: 6619 } : undefined;
};

/** Somebody else was quicker with one of the names, or with the product. */
class Raced extends Error {}

interface Outcome extends SubDeviceRegistration {
  readonly created: readonly DeviceCore[];
}

export const registrations = ({ prisma, secretBox, changes, subDevicesPerGateway: limit, log }: DmContext) => {
  /** One that makes devices and attaches none would fill the database: so many of them may wait for that. */
  const hasRoomFor = async (tx: Transaction, { id }: Asker, count: number): Promise<boolean> =>
    count === 0 || (await tx.device.count({ where: { registeredBy: id, gateway: null } })) + count <= limit;

  const create = async (tx: Transaction, asker: Asker, missing: readonly Candidate[]): Promise<void> => {
    if (missing.length === 0) return;
    // In one order, so that two that name the same devices never wait for each other crosswise.
    const devices = missing.map(({ device }) => device).sort((a, b) => (deviceKey(a) < deviceKey(b) ? -1 : 1));
    const rows = await tx.product.findMany({
      where: { productID: { in: [...new Set(devices.map(({ productID }) => productID))] } },
      select: { productID: true, productName: true, extra: true },
    });
    const products = new Map(rows.map((row) => [row.productID, row]));
    const { count } = await tx.device.createMany({
      data: devices.flatMap((device) => {
        const product = products.get(device.productID);
        const named = { ...device, registration: BY_GATEWAY, registeredBy: asker.id };
        return product ? [newDeviceData(secretBox, product, named)] : [];
      }),
      skipDuplicates: true,
    });
    if (count < devices.length) throw new Raced();
  };

  /** Where each stands by itself, one secret that does not open is no reason to refuse the others. */
  const secretOf = (sealed: string, device: DeviceCore, isPartial: boolean): string | undefined => {
    try {
      return secretBox.open(sealed, secretOwner(device));
    } catch (err) {
      if (!(err instanceof SecretBoxError && isPartial)) throw err;
      log.error({ err, ...device }, 'the stored secret does not open; the device cannot be registered');
      return undefined;
    }
  };

  const triples = async (
    tx: Transaction,
    candidates: readonly Candidate[],
    isPartial: boolean,
  ): Promise<(RegisteredSubDevice | RefusedSubDevice)[]> => {
    const rows = await tx.device.findMany({
      where: { OR: candidates.map(({ device }) => device) },
      select: { productID: true, deviceName: true, iotID: true, secret: true },
    });
    const found = new Map(rows.map((row) => [deviceKey(row), row]));
    return candidates.map(({ identity: { productKey, deviceName }, device }) => {
      const { iotID: iotId, secret } = found.get(deviceKey(device))!;
      const deviceSecret = secretOf(secret, device, isPartial);
      return deviceSecret === undefined
        ? { productKey, deviceName, code: 500 }
        : { iotId, productKey, deviceName, deviceSecret };
    });
  };

  const attempt = (asker: Asker, candidates: readonly Candidate[], isPartial: boolean): Promise<Outcome> =>
    prisma.$transaction(async (tx) => {
      const rows = await lockDevices(tx, [asker, ...candidates.map(({ device }) => device)]);
      const isNew = ({ device }: Candidate): boolean => !rows.has(deviceKey(device));
      const hasRoom = await hasRoomFor(tx, asker, candidates.filter(isNew).length);
      const refused: RefusedSubDevice[] = [];
      const wanted: Candidate[] = [];
      for (const candidate of candidates) {
        const row = rows.get(deviceKey(candidate.device));
        const fault = row ? faultOfDevice(row, asker) : faultOfNew(candidate, hasRoom);
        if (fault) refused.push({ ...candidate.identity, ...fault });
        else wanted.push(candidate);
      }
      if (wanted.length === 0 || (refused.length > 0 && !isPartial)) return { registered: [], refused, created: [] };
      const missing = wanted.filter(isNew);
      await create(tx, asker, missing);
      const registered: RegisteredSubDevice[] = [];
      for (const each of await triples(tx, wanted, isPartial)) {
        if ('code' in each) refused.push(each);
        else registered.push(each);
      }
      return { registered, refused, created: missing.map(({ device }) => device) };
    });

  /** @throws {Error} where others make devices of these names again and again */
  const decide = async (asker: Asker, candidates: readonly Candidate[], isPartial: boolean) => {
    for (let tries = 1; ; tries++) {
      try {
        return await attempt(asker, candidates, isPartial);
      } catch (error) {
        if (!(error instanceof Raced) || tries === TRIES) throw error;
      }
    }
  };

  /** Registers devices for a gateway device, none of them named twice: each by itself, or all or none. */
  return async (
    asker: Asker,
    identities: readonly DeviceIdentity[],
    isPartial: boolean,
  ): Promise<SubDeviceRegistration> => {
    const products = await productsOf(prisma, identities);
    const refused: RefusedSubDevice[] = [];
    const candidates: Candidate[] = [];
    for (const identity of identities) {
      const { productKey, deviceName } = identity;
      const product = products.get(productKey);
      const device = { productID: product?.productID ?? '', deviceName };
      const fault = deviceKey(device) === deviceKey(asker) ? { code: 6402 } : faultOfName(product, deviceName);
      if (fault) refused.push({ productKey, deviceName, ...fault });
      else candidates.push({ identity: { productKey, deviceName }, device, product: product! });
    }
    if (candidates.length === 0 || (refused.length > 0 && !isPartial)) return { registered: [], refused };
    const outcome = await decide(asker, candidates, isPartial);
    await changes.devicesCreated(outcome.created);
    return { registered: outcome.registered, refused: [...refused, ...outcome.refused] };
  };
};
