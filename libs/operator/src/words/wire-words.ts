/** Words for the numbers that stand in products, devices and jobs. */
import { AuthMode, AutoRegister, DeviceType, ProductStatus, TaskStatus, TaskType } from '@alink/contract/enumerations';

export {
  DeviceStatus as deviceStatuses,
  LogLevel as logLevels,
  NetType as netTypes,
  OnlineState as onlineStates,
} from '@alink/contract/enumerations';

export const deviceTypes = {
  device: DeviceType.device,
  gateway: DeviceType.gateway,
  'sub-device': DeviceType.subDevice,
} as const;

/** `ProductInfo.authMode`: both are the secret key here. */
export const authentications = {
  'device secret': AuthMode.secretKey,
  'device secret (password)': AuthMode.password,
} as const;

/** Off; devices that exist fetch their secret; devices are created at their first connect. */
export const autoRegisters = {
  off: AutoRegister.off,
  existing: AutoRegister.existing,
  create: AutoRegister.create,
} as const;

/** The same, told. */
export const registrations = {
  off: AutoRegister.off,
  'on: a device that exists may register until it is activated': AutoRegister.existing,
  'on: a device that exists may register, and a new one is created': AutoRegister.create,
  'on: a device that exists may register, and a new one is created and bound': AutoRegister.createAndBind,
} as const;

export const validations = ['weak', 'strong', 'none'] as const;

export const productStatuses = {
  published: ProductStatus.published,
  disabled: ProductStatus.disabled,
  developing: ProductStatus.inDevelopment,
} as const;

export const taskTypes = {
  timed: TaskType.timing,
  delayed: TaskType.delayed,
  triggered: TaskType.triggered,
} as const;

export const taskStatuses = {
  running: TaskStatus.running,
  'waiting to run': TaskStatus.toRun,
  'waiting to stop': TaskStatus.toStop,
  stopped: TaskStatus.stopped,
  'being deleted': TaskStatus.toDelete,
} as const;

/** The word for a number; the number itself where there is none. */
export const wordOf = (words: Readonly<Record<string, number>>, value: string | number): string =>
  Object.keys(words).find((word) => words[word] === Number(value)) ?? String(value);
