/** Two gateway devices and some sub-devices of theirs to be. */
import { AutoRegister, DeviceType, PROTOCOL_CODE } from '@alink/contract';
import type { DeviceCore } from '../src/device-core';
import type { DmFixture } from './dm-fixture';

export const GATEWAYS = 'gwKey1';
export const SENSORS = 'sensors';
/** Their devices dial with another name of the product than its productID. */
export const SENSORS_KEY = 'subKey1';

export const gateway = (deviceName: string): DeviceCore => ({ productID: GATEWAYS, deviceName });
export const sensor = (deviceName: string): DeviceCore => ({ productID: SENSORS, deviceName });
export const sensors = (...deviceNames: string[]): DeviceCore[] => deviceNames.map(sensor);

export const [ONE, TWO] = [gateway('gate1'), gateway('gate2')];

/** The products, the gateway devices, and sub-devices that are attached to none. */
export const createTopology = async ({ products, admin }: DmFixture, ...deviceNames: string[]): Promise<void> => {
  const product = { protocolCode: PROTOCOL_CODE, autoRegister: AutoRegister.create };
  await products.productInfoCreate({
    ...product,
    productID: GATEWAYS,
    productName: 'Gateways',
    deviceType: DeviceType.gateway,
  });
  await products.productInfoCreate({
    ...product,
    productID: SENSORS,
    productName: 'Sensors',
    deviceType: DeviceType.subDevice,
    protocolConf: { productID: SENSORS_KEY },
  });
  const rows = [ONE, TWO, ...sensors(...deviceNames)];
  await admin.createDevices({ rows: rows.map((row) => ({ ...row, deviceSecret: `secret of ${row.deviceName}` })) });
};

export const clear = async ({ db: { prisma } }: DmFixture): Promise<void> => {
  await prisma.device.deleteMany();
  await prisma.product.deleteMany();
};

/** The names of what is attached to a gateway device. */
export const attachedTo = async ({ db: { prisma } }: DmFixture, { deviceName }: DeviceCore): Promise<string[]> => {
  const rows = await prisma.subDevice.findMany({
    where: { gateway: { deviceName } },
    orderBy: { deviceID: 'asc' },
    select: { device: { select: { deviceName: true } } },
  });
  return rows.map(({ device }) => device.deviceName);
};
