import type { services } from '@alink/contract';
import type { Client } from '@alink/rpc';

/** The platform's services, as an operator calls them. Whoever has channels to them fills this in. */
export interface Platform {
  readonly products: Client<typeof services.productManage>;
  readonly devices: Client<typeof services.deviceManage>;
  readonly groups: Client<typeof services.deviceGroup>;
  readonly admin: Client<typeof services.deviceAdmin>;
  readonly messages: Client<typeof services.deviceMsg>;
  readonly commands: Client<typeof services.deviceInteract>;
  readonly configurations: Client<typeof services.configurations>;
  readonly protocols: Client<typeof services.protocolManage>;
  readonly topics: Client<typeof services.topics>;
  readonly deviceJobs: Client<typeof services.deviceJobs>;
  readonly jobs: Client<typeof services.timedManage>;
}
