/**
 * Devices as unitedrhino's own callers take them for granted: members that they use without a look whether they are there
 * (unitedrhino, things: its API server copies `Position` and the wrappers; absent, they end it in a panic).
 */
import type { Answer } from './rhino-client';

const NEVER_ABSENT = ['Position', 'deviceAlias', 'version', 'address', 'rssi'] as const;

/** @throws {TypeError} where its callers would meet a nil pointer */
export const useDevice = (device: Answer): Answer => {
  for (const member of NEVER_ABSENT) {
    if (device[member] === null || device[member] === undefined) {
      throw new TypeError(`invalid memory address or nil pointer dereference: ${member} of ${device['deviceName']}`);
    }
  }
  return device;
};
