/** What the measurements of gateway devices work with. */
import type { LoadGenerator } from '../generator/load-generator';
import type { PlatformSubject } from '../subjects/platform';
import type { OnlineDevices } from './gateway-devices';

export interface GatewaySizes {
  /** Sub-devices of the gateway device that is measured. */
  readonly subDevices: number;
  /** Sub-devices that report over one connection: one after the other is measured. */
  readonly reporting: readonly number[];
  /** How long reports run before they are timed, and then, milliseconds. */
  readonly runUpMs: number;
  readonly timedMs: number;
  /** Gateway devices that come back at once, and sub-devices of each. */
  readonly gateways: number;
  readonly subDevicesOfEach: number;
}

export const FULL: GatewaySizes = {
  subDevices: 2000,
  reporting: [1, 100, 2000],
  runUpMs: 500,
  timedMs: 1500,
  gateways: 1000,
  subDevicesOfEach: 50,
};

export const QUICK: GatewaySizes = {
  subDevices: 200,
  reporting: [1, 200],
  runUpMs: 300,
  timedMs: 700,
  gateways: 20,
  subDevicesOfEach: 50,
};

export interface GatewayBench {
  readonly subject: PlatformSubject;
  /** Speaks for the gateway device. */
  readonly gateway: LoadGenerator;
  /** Holds devices with connections of their own. */
  readonly alone: LoadGenerator;
  readonly online: OnlineDevices;
  readonly sizes: GatewaySizes;
  readonly rounds: number;
}
