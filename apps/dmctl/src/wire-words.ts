/** Words for the numbers that stand in products and devices. */

export const deviceTypes = { device: 1, gateway: 2, 'sub-device': 3 } as const;

/** `ProductInfo.netType`. */
export const netTypes = { other: 1, wifi: 2, cellular: 3, '5g': 4, ble: 5, lorawan: 6 } as const;

/** `ProductInfo.authMode`: both are the secret key here. */
export const authentications = { 'device secret': 2, 'device secret (password)': 1 } as const;

/** Off; devices that exist fetch their secret; devices are created at their first connect. */
export const autoRegisters = { off: 1, existing: 2, create: 3 } as const;

/** The same, told. */
export const registrations = {
  off: 1,
  'on: a device that exists may register until it is activated': 2,
  'on: a device that exists may register, and a new one is created': 3,
  'on: a device that exists may register, and a new one is created and bound': 4,
} as const;

/** `DeviceInfoIndexReq.status`. */
export const deviceStatuses = { inactive: 1, online: 2, offline: 3, disabled: 100 } as const;

/** `DeviceInfo.isOnline`, and the status log. */
export const onlineStates = { offline: 1, online: 2 } as const;

export const validations = ['weak', 'strong', 'none'] as const;

export const productStatuses = { published: 1, disabled: 2, developing: 3 } as const;

/** The word for a number; the number itself where there is none. */
export const wordOf = (words: Readonly<Record<string, number>>, value: string | number): string =>
  Object.keys(words).find((word) => words[word] === Number(value)) ?? String(value);
