/** Which version of its firmware a device runs, and of each module of it. */
import { Prisma } from '@alink/db';
import type { Transaction } from '../../transaction';

/** The module that is the firmware itself. Alibaba Cloud IoT documentation, "OTA": of modules without a name. */
export const FIRMWARE = 'default';

/** Characters. Alibaba Cloud IoT documentation, "OTA": a version has up to 64, and so has the name of a module. */
export const MAX_VERSION = 128;

export interface ToldVersion {
  readonly deviceID: bigint;
  readonly moduleCode: string;
  readonly version: string;
}

/** Keeps what devices say, at most one of each module of a device; what they have said before goes. */
export const keepVersions = async (tx: Transaction, told: readonly ToldVersion[]): Promise<void> => {
  if (told.length === 0) return;
  const rows = told.map(
    ({ deviceID, moduleCode, version }) => Prisma.sql`(${deviceID}::bigint, ${moduleCode}, ${version})`,
  );
  await tx.$executeRaw`
    INSERT INTO device_module_version (device_id, module_code, version)
    SELECT * FROM (VALUES ${Prisma.join(rows)}) AS told (device_id, module_code, version)
    ORDER BY device_id, module_code
    ON CONFLICT (device_id, module_code) DO UPDATE SET version = EXCLUDED.version, updated_at = now()
    WHERE device_module_version.version <> EXCLUDED.version`;
};
