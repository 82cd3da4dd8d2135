/** What a product and its definitions answer where nothing has been set, as unitedrhino's dm does (observed with v1.6.10). */

/** The category of products that are in none. */
export const NOT_CLASSIFIED = 2n;

/** The protocol of a product that names none. Our nodes do not serve it: whoever wants them says so. */
export const DEFAULT_PROTOCOL = 'iThings';

/** Fields of ProductInfo that nothing here acts on. */
export const PRODUCT_DEFAULTS = {
  tenantCode: 'default',
  sceneMode: 'rw',
  /** Nobody but people gives a device definitions of its own. */
  deviceSchemaMode: '1',
  /** Its owner has to let a device go before another can have it. */
  bindLevel: '1',
  /** Days; none. */
  trialTime: { value: '0' },
  /** Online is who is connected, and sub-devices with their gateway device. */
  onlineHandle: '1',
  subDeviceOnlineHandle: '1',
} as const;

/** Fields of ProductSchemaInfo that nothing here acts on. */
export const SCHEMA_DEFAULTS = {
  /** Defined for this product, not taken from a list of common definitions. */
  tag: '1',
  isCanSceneLinkage: '1',
  funcGroup: '1',
  /** To one device, and to many at once. */
  controlMode: '1',
  /** Users may read and write. */
  userPerm: '3',
  /** Its history is kept. */
  recordMode: '1',
  isPassword: '2',
  tenantCode: 'default',
} as const;
