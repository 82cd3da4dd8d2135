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
