export { attachRequest, loginRequest, type GatewayRequest, type SubDeviceSigner } from './signed-requests';
export {
  attachSubDevices,
  countSubDevices,
  detachSubDevices,
  planSubDevices,
  replaceSubDevices,
  subDevicesOf,
  type Attached,
  type NamedDevice,
  type Replacement,
} from './sub-devices';
