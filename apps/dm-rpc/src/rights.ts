/**
 * What a caller must be for each method of dm.rpc. For `dm.*` as in unitedrhino (the checks of each file of
 * `service/dmsvr/internal/logic`), except where a remark says so; its separation of tenants, projects and areas is not made.
 */
import type { services } from '@alink/contract';
import type { RightsOf } from '@alink/rpc';

type Served = Omit<typeof services, 'timedManage' | 'deviceAuth' | 'status'>;
export type ServiceName = keyof Served;

/** A plain user changes what describes a device; unitedrhino, too, leaves its other fields as they are. */
const DESCRIPTION = [
  'productID',
  'deviceName',
  'deviceAlias',
  'desc',
  'tags',
  'schemaAlias',
  'sort',
  'areaID',
  'Position',
  'address',
  'adcode',
  'deviceImg',
  'isUpdateDeviceImg',
  'file',
  'isUpdateFile',
  'groupIDs',
  'groupPurpose',
  'imei',
  'mac',
  'hardInfo',
  'softInfo',
  'rssi',
  'ratedPower',
  'mobileOperator',
  'iccid',
  'phone',
] as const;

export const rights: { readonly [Name in ServiceName]: RightsOf<Served[Name]> } = {
  productManage: {
    productInfoCreate: 'admin',
    productInfoUpdate: 'admin',
    productInfoDelete: 'root',
    // Open to anyone in unitedrhino; but products have secrets.
    productInfoIndex: 'user',
    productInfoRead: 'user',
    productSchemaCreate: 'root',
    productSchemaUpdate: 'root',
    productSchemaMultiCreate: 'root',
    productSchemaDelete: 'root',
    productSchemaTslImport: 'root',
    productSchemaIndex: 'anyone',
    productSchemaTslRead: 'anyone',
  },
  deviceManage: {
    deviceInfoCreate: 'admin',
    deviceInfoUpdate: { fieldsOfUsers: DESCRIPTION },
    deviceInfoDelete: 'admin',
    deviceReset: 'root',
    // Unitedrhino checks nothing here; its one caller is root.
    deviceOnlineMultiFix: 'root',
    deviceInfoIndex: 'user',
    deviceInfoRead: 'user',
    deviceInfoCount: 'user',
    deviceProfileRead: 'user',
    deviceProfileIndex: 'user',
    deviceProfileUpdate: 'user',
    deviceProfileDelete: 'user',
    deviceSchemaTslRead: 'anyone',
  },
  // Of these two services unitedrhino takes a call without a user for one of its own, and lets it in.
  deviceMsg: {
    hubLogIndex: 'user',
    sendLogIndex: 'user',
    statusLogIndex: 'user',
    propertyLatestIndex: 'user',
    propertyLogIndex: 'user',
    eventLogIndex: 'user',
    shadowIndex: 'user',
  },
  deviceInteract: {
    actionSend: 'user',
    actionRead: 'user',
    propertyGetReportSend: 'user',
    propertyControlSend: 'user',
    propertyControlRead: 'user',
    // Sends nothing in unitedrhino; here any bytes on any topic of a device.
    sendMsg: 'admin',
  },
  protocolManage: {
    protocolInfoIndex: 'anyone',
    protocolInfoRead: 'anyone',
    protocolInfoCreate: 'root',
    protocolInfoUpdate: 'root',
    protocolInfoDelete: 'root',
    protocolServiceUpdate: 'root',
    protocolServiceDelete: 'root',
    protocolServiceIndex: 'root',
  },
  // What nodes ask.
  directory: { resolve: 'root' },
  requests: { ask: 'root' },
  credentials: {
    registerDevice: 'root',
    issueDeviceToken: 'root',
    issueIotToken: 'root',
    readIotToken: 'root',
    resolveCertificate: 'root',
  },
  // What operators do.
  deviceAdmin: {
    rotateDeviceSecret: 'admin',
    rotateProductSecret: 'admin',
    resetDevice: 'root',
    setDeviceTags: 'admin',
    setProductTags: 'admin',
    // What users read in other ways too.
    listTopics: 'user',
    connectParamsRead: 'admin',
    listTokens: 'admin',
    revokeToken: 'admin',
    statusLogIndex: 'user',
    deviceCounts: 'user',
    createDevices: 'admin',
    registerCertificate: 'admin',
    listCertificates: 'admin',
    revokeCertificate: 'admin',
    rotateKey: 'root',
    auditLogIndex: 'root',
  },
};
