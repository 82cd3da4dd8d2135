/**
 * What a device answers where nothing has been set, as unitedrhino's dm does (observed with v1.6.10): its callers show it,
 * and reach into some of it without looking whether it is there.
 */

/** In unitedrhino's trees of projects, areas and categories: what stands below no other, and what stands nowhere. */
const ROOT = '1';
const NOT_CLASSIFIED = '2';

/** The area that has all others below it: no device stands there itself. */
export const ROOT_AREA = ROOT;

/** Fields of DeviceInfo that nothing here acts on. */
export const DEVICE_DEFAULTS = {
  tenantCode: 'default',
  projectID: NOT_CLASSIFIED,
  areaID: NOT_CLASSIFIED,
  areaIDPath: `${NOT_CLASSIFIED}-`,
  /** Whose it is: nobody's, as against the users, whose ids are higher. */
  userID: ROOT,
  sort: '100',
  /** None. */
  mobileOperator: '10',
  version: { value: '' },
  address: { value: '' },
  rssi: { value: '0' },
  Position: { longitude: 0, latitude: 0 },
  distributor: { id: ROOT, idPath: '', updatedTime: '0' },
} as const;
