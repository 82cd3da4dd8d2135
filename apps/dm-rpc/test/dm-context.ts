/** What the parts of an instance of dm work with, on the bus and the database of a fixture: for tests of one part alone. */
import { createSecretBox } from '@alink/db';
import { createLogger } from '@alink/runtime';
import { AuditLog } from '../src/audit/audit-log';
import { Changes } from '../src/changes';
import type { DmContext } from '../src/context';
import { DeletedDevices } from '../src/deleted-devices';
import { LogModeNews } from '../src/domains/device-log/mode-news';
import { TopologyNotices } from '../src/domains/topology/notices';
import { ApplicationNews } from '../src/ingest/application-news';
import { CompiledModels } from '../src/services/product-manage/compiled-models';
import type { DeviceChange } from '../src/presence/presence-rows';
import { FILES, KEY, NAMES, type DmFixture } from './dm-fixture';

export const contextOf = ({ bus, db: { prisma } }: DmFixture): DmContext => {
  const log = createLogger({ name: 'test', level: 'fatal' });
  const now = Date.now;
  return {
    prisma,
    bus,
    secretBox: createSecretBox(KEY),
    changes: new Changes(bus, now),
    logModes: new LogModeNews(prisma, bus, now),
    topologyNotices: new TopologyNotices({ prisma, bus, log, now }),
    deletedDevices: new DeletedDevices(prisma, log),
    audit: new AuditLog(prisma, now),
    models: new CompiledModels(prisma),
    applicationNews: new ApplicationNews(bus, now),
    filesBaseUrl: FILES,
    subDevicesPerGateway: 2000,
    log,
    now,
  };
};

/** Records a new session of the device. @returns what instances hear of it, who hear it when the test lets them */
export const beginSession = async ({ db }: DmFixture): Promise<DeviceChange> => {
  const { id: deviceID } = await db.prisma.device.update({
    where: { productID_deviceName: NAMES },
    data: { isOnline: true, node: 'node-1', sessionEpoch: { increment: 1 } },
  });
  return { ...NAMES, deviceID, isOnline: true, timestamp: Date.now(), reason: '' };
};
