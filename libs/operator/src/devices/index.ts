export { changeDevice, type DeviceChange } from './change-device';
export { changeEach, type Change, type ChangedDevice, type Many } from './change-devices';
export {
  createByCount,
  createFromLines,
  type BatchOptions,
  type CountedNames,
  type JudgedDevice,
  type WantedDevice,
} from './create-devices';
export { filteredNames, filterRequest, type DeviceFilter } from './device-filter';
export { importInParts, wantedOf, type Imported, type ImportOptions } from './import-devices';
export { ResultLog, type DeviceResult, type NamedDevice, type ResultStore } from './result-log';
export {
  MAX_LINES,
  MAX_LINES_IN_PARTS,
  parseTriples,
  writeTriples,
  type Triple,
  type TripleColumn,
  type TripleLine,
} from './triples-csv';
