/**
 * Every topic of a device, once. Directions, access, the list of topics for people, what is decoded and sent, and
 * `docs/alink.md` follow from it. A new kind of message is a file in `kinds/` and a line here.
 */
import { broadcast } from './kinds/broadcast';
import { custom } from './kinds/custom';
import { deviceLog } from './kinds/device-log';
import { diagnosis } from './kinds/diagnosis';
import { desired } from './kinds/desired';
import { eventPost } from './kinds/event-post';
import { identity } from './kinds/identity';
import { bootstrap } from './kinds/bootstrap';
import { configuration } from './kinds/configuration';
import { files } from './kinds/not-served/files';
import { gatewayDrivers } from './kinds/not-served/gateway-drivers';
import { lifeCycle } from './kinds/life-cycle';
import { localControl } from './kinds/not-served/local-control';
import { ota } from './kinds/not-served/ota';
import { rawData } from './kinds/not-served/raw-data';
import { remoteAccess } from './kinds/not-served/remote-access';
import { subSessions } from './kinds/sub-sessions';
import { topology } from './kinds/topology';
import { wifiProvisioning } from './kinds/not-served/wifi-provisioning';
import { jobs } from './kinds/jobs';
import { ntp } from './kinds/ntp';
import { propertyBatch } from './kinds/property-batch';
import { propertyGet } from './kinds/property-get';
import { propertyHistory } from './kinds/property-history';
import { propertyPack } from './kinds/property-pack';
import { propertyPost } from './kinds/property-post';
import { propertySet } from './kinds/property-set';
import { service } from './kinds/service';
import { shadow } from './kinds/shadow';
import { tags } from './kinds/tags';
import { thingModel } from './kinds/thing-model';
import { unknownRequest } from './kinds/unknown-request';
import type { Route } from './route';

/** In the order in which people read them; of two patterns that fit a topic, the first takes it. */
export const catalogue: readonly Route[] = [
  propertyPost,
  eventPost,
  propertyBatch,
  propertyPack,
  propertyHistory,
  propertySet,
  propertyGet,
  service,
  rawData,
  desired,
  tags,
  thingModel,
  gatewayDrivers,
  ntp,
  configuration,
  deviceLog,
  bootstrap,
  ota,
  files,
  jobs,
  shadow,
  topology,
  subSessions,
  lifeCycle,
  localControl,
  wifiProvisioning,
  diagnosis,
  remoteAccess,
  unknownRequest,
  identity,
  broadcast,
  custom,
].flat();
