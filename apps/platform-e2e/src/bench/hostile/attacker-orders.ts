/** What the attacker's process is ordered. Each order but `end` goes on until `end`. */
import type { FloodName } from './floods';

/** Numbers of devices: the first, and the one after the last. */
export interface Devices {
  readonly from: number;
  readonly to: number;
}

export type AttackOrder =
  /** Devices that are let in send a flood as fast as it is taken, and connect again when they are cut off. */
  | { readonly act: 'flood'; readonly port: number; readonly devices: Devices; readonly flood: FloodName }
  /** Connections that begin a CONNECT of `announced` bytes, and send `sent` bytes of it. */
  | {
      readonly act: 'unfinished';
      readonly port: number;
      readonly connections: number;
      readonly announced: number;
      readonly sent: number;
    }
  /** So many connections a second, each from another address; half of them say nothing, half one byte. */
  | { readonly act: 'silent'; readonly port: number; readonly perSecond: number }
  /**
   * Devices with persistent sessions begin QoS 2 handshakes that they never finish and subscribe long filters, in so many
   * connections one after the other. Done when that is done.
   */
  | { readonly act: 'litter'; readonly port: number; readonly devices: Devices; readonly connections: number }
  /** Closes everything. */
  | { readonly act: 'end' };

/** How the program's command line calls the attacker's process. */
export const ATTACKER = 'attacker';
