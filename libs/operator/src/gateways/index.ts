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
  type Taken,
} from './sub-devices';
