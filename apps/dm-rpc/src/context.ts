import type { Bus } from '@alink/bus';
import type { PrismaClient, SecretBox } from '@alink/db';
import type { Logger } from '@alink/runtime';
import type { AuditLog } from './audit/audit-log';
import type { Changes } from './changes';
import type { DeletedDevices } from './deleted-devices';
import type { TopologyNotices } from './domains/topology/notices';
import type { LogModeNews } from './domains/device-log/mode-news';
import type { ApplicationNews } from './ingest/application-news';
import type { CompiledModels } from './services/product-manage/compiled-models';

/** What the handlers work with. */
export interface DmContext {
  readonly prisma: PrismaClient;
  readonly bus: Bus;
  readonly secretBox: SecretBox;
  readonly changes: Changes;
  readonly logModes: LogModeNews;
  readonly topologyNotices: TopologyNotices;
  readonly deletedDevices: DeletedDevices;
  readonly audit: AuditLog;
  readonly models: CompiledModels;
  readonly applicationNews: ApplicationNews;
  /** Where devices reach the HTTP side of the nodes, without a slash at its end; undefined where nobody has said it. */
  readonly filesBaseUrl: string | undefined;
  /** Sub-devices that may be attached to a gateway device. */
  readonly subDevicesPerGateway: number;
  readonly log: Logger;
  /** Unix milliseconds. */
  readonly now: () => number;
}
