/**
 * NATS subjects of the platform, equal to those of unitedrhino so that either side can be exchanged.
 * A DeviceName may contain dots, so a subject is built from names but never parsed back: the body names the device.
 */

/** Code of our nodes' protocol, as products and subjects carry it. */
export const PROTOCOL_CODE = 'aliyunMqtt';

/** What a device message may be about; the third token of its subject. */
export const HANDLES = ['thing', 'ota', 'config', 'log', 'shadow', 'gateway', 'ext'] as const;
export type Handle = (typeof HANDLES)[number];

/** Name of the stream that keeps what dm consumes. */
export const STREAM = 'ALINK';

export const subjects = {
  /** Our node → our dm: what devices reported, see device-reports.ts. Kept in JetStream. */
  reports: (shard: number) => `alink.up.${shard}`,
  /** Node → whoever reads unitedrhino's form: an uplink of a device. Core NATS: to our dm goes {@link subjects.reports}. */
  up: (handle: Handle, productID: string, deviceName: string) => `device.up.${handle}.${productID}.${deviceName}`,
  /** All uplinks of that kind, whatever the device: where dm hears foreign nodes. */
  upOfHandle: (handle: Handle) => `device.up.${handle}.>`,
  /** Our node → our dm: a session began. Kept in JetStream; its stream sequence is the session's epoch. */
  sessionBegan: 'alink.status.connected',
  /** Our node → our dm: a session ended. Kept in JetStream. */
  sessionEnded: 'alink.status.disconnected',
  /** Node → whoever reads unitedrhino's form: a session began. Core NATS: to our dm goes {@link subjects.sessionBegan}. */
  connected: 'device.up.status.connected',
  /** The same of a session that ended. */
  disconnected: 'device.up.status.disconnected',
  /** Node → dm: something worth a line in a device's log. Kept in JetStream; see {@link HubLogEntry}. */
  hubLog: 'alink.hub.log',
  /**
   * Everything that dm consumes from JetStream. None of it is unitedrhino's: in mode natsJs its services make streams of
   * `device.>`, `server.>` and `application.>` on the same NATS, and no two streams keep one subject.
   */
  upAll: ['alink.up.>', 'alink.status.>', 'alink.hub.>'],
  /** Dm → node: a command for one device. A node subscribes {@link subjects.downOfDevice} for the devices it holds. */
  down: (handle: Handle, productID: string, deviceName: string, protocol = PROTOCOL_CODE) =>
    `device.down.${protocol}.${handle}.${productID}.${deviceName}`,
  /** All commands for one device, whatever their handle. */
  downOfDevice: (productID: string, deviceName: string) => `device.down.${PROTOCOL_CODE}.*.${productID}.${deviceName}`,
  /** Dm → node: correct the online set. */
  statusFix: `device.down.${PROTOCOL_CODE}.status.fix`,
  /** Dm → nodes: one message for many devices, see broadcast.ts. */
  broadcast: 'alink.broadcast',
  /** Node → dm: what has become of the broadcast of that id. */
  broadcastTold: (id: string) => `alink.broadcast.told.${id}`,
  /** Node → nodes: a device logged in here; whoever holds an older session of it ends that. */
  sessionOpened: (productID: string, deviceName: string) => `alink.session.${productID}.${deviceName}`,
  /**
   * Dm → everyone: the cache entry named in `data` is stale. As in all that dm tells everyone, a product is its productID
   * and nothing around it, a device is `{"productID","deviceName"}`. Without a name everything may be stale.
   */
  cacheSync: (key: CacheKey) => `server.cache.sync.${key}`,
  deviceCreated: 'server.things.dm.device.info.create',
  deviceUpdated: 'server.things.dm.device.info.update',
  deviceDeleted: 'server.things.dm.device.info.delete',
  /** Dm → everyone: what the device was to its owner, another is now. */
  deviceUnbound: 'server.things.dm.device.info.unbind',
  /** Dm → everyone: the device is to register again; its session ends. */
  deviceReset: 'server.things.dm.device.info.reset',
  productCreated: 'server.things.dm.product.info.create',
  productUpdated: 'server.things.dm.product.info.update',
  productDeleted: 'server.things.dm.product.info.delete',
  /** Dm → gateways of unitedrhino's: `data` is `{"productID"}`. */
  productCustomUpdated: 'server.things.dm.product.custom.update',
  /** Dm → gateways of a protocol: `data` is the list of its configurations, each an object of texts. */
  protocolUpdated: (code: string) => `server.things.dm.protocol.${code}.update`,
  /** Timer of the nodes; timedjob publishes on it. Its form is that of the timers of unitedrhino's protocols. */
  nodeTimer: 'server.things.protocol-aliyun-mqtt.protocol.timer',
  /** Dm → applications: see application-messages.ts. */
  application: {
    /** A device went online or offline: unitedrhino's dm says both here, on the subject of the latter. */
    status: (productID: string, deviceName: string) =>
      `application.device.${productID}.${deviceName}.status.disconnected`,
    property: (productID: string, deviceName: string, identifier: string) =>
      `application.device.${productID}.${deviceName}.report.thing.property.${identifier}`,
    /** All properties of a report at once. */
    propertiesV2: (productID: string, deviceName: string) =>
      `application.v2.device.${productID}.${deviceName}.report.thing.property`,
    event: (productID: string, deviceName: string, type: string, identifier: string) =>
      `application.device.${productID}.${deviceName}.report.thing.event.${type}.${identifier}`,
    action: (productID: string, deviceName: string, actionID: string, step: 'req' | 'resp', dir: 'up' | 'down') =>
      `application.device.${productID}.${deviceName}.report.thing.action.${actionID}.${step}.${dir}`,
  },
} as const;

/** Caches whose entries dm-rpc declares stale. */
export type CacheKey = 'cache:dm:product' | 'cache:dm:device' | 'cache:dm:product:schema' | 'cache:dm:device:schema';
