export { changedTags, type TagChanges } from './changed-tags';
export { jsonOrText } from './json-or-text';
export { someOf } from './some-of';
export { textOf } from './text-of';
export { isoOfMs, isoOfSeconds } from './time-text';
export {
  authentications,
  autoRegisters,
  deviceStatuses,
  deviceTypes,
  logLevels,
  netTypes,
  onlineStates,
  productStatuses,
  registrations,
  taskStatuses,
  taskTypes,
  validations,
  wordOf,
} from './wire-words';
