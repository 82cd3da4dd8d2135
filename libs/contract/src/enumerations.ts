/**
 * Enumerations that messages carry as numbers, equal to those of unitedrhino. On the wire zero is "not set" unless a zero
 * stands here. `@alink/contract/enumerations` is an entry of its own: whoever only names numbers need not load gRPC.
 */

/** `isOnline` of a device, and `status` in its status log. */
export const OnlineState = { online: 1, offline: 2 } as const;
/** What a yes is on the wire: `isEnable` and its like. */
export const YesNo = { yes: 1, no: 2 } as const;
/** `DeviceInfo.status`. The last one is none of a device by itself: lists are asked for it. */
export const DeviceStatus = { inactive: 1, online: 2, offline: 3, disabled: 100 } as const;
/** `DeviceInfo.logLevel`: what of a device is written to its log. */
export const LogLevel = { off: 1, error: 2, warn: 3, info: 4, debug: 5 } as const;

/** `ProductInfo.status`. */
export const ProductStatus = { published: 1, disabled: 2, inDevelopment: 3 } as const;
export const DeviceType = { device: 1, gateway: 2, subDevice: 3 } as const;
export const NetType = { other: 1, wifi: 2, cellular: 3, '5g': 4, ble: 5, lorawan: 6 } as const;
/** `ProductInfo.authMode`: the protocol takes both as the secret key. */
export const AuthMode = { password: 1, secretKey: 2 } as const;
/** Off; devices that exist fetch their secret; new ones are created too; and they are bound. */
export const AutoRegister = { off: 1, existing: 2, create: 3, createAndBind: 4 } as const;

/** `ProductSchemaInfo.type`. */
export const DefinitionType = { property: 1, event: 2, action: 3 } as const;

/**
 * `PropertyControlSendReq.shadowControl`. Send, and keep for a device that is offline what its thing model lets wait; send
 * only; keep only. The values that the platform knows alone: without a line in the command log, with one; without a place
 * in the history. And send only, without a line in the command log.
 */
export const ShadowControl = {
  auto: 0,
  sendOnly: 1,
  keepOnly: 2,
  knownOnly: 3,
  knownAndLogged: 4,
  sendUnlogged: 5,
  latestOnly: 6,
} as const;

/** `SendLogInfo.account` of a command that no user in particular asked for: "system control". */
export const SYSTEM_ACCOUNT = '系统控制';

/** `ProtocolService.status`. */
export const ServiceStatus = { running: 1, stopped: 2 } as const;

export const TaskType = { timing: 1, delayed: 2, triggered: 3 } as const;
/** 2 and 3 are asked for by callers; a task that is asked to run or to stop does so at once. */
export const TaskStatus = { running: 1, toRun: 2, toStop: 3, stopped: 4, toDelete: 5 } as const;

/** `PageInfo.OrderBy.sort`. */
export const SortOrder = { ascending: 1, descending: 2 } as const;

/** The numbers of an enumeration, as a check wants them. */
export const valuesOf = (enumeration: Readonly<Record<string, number>>): readonly number[] =>
  Object.values(enumeration);
