/** The sub-devices of a gateway, as far as its messages speak of them. */
import type { DeviceIdentity } from '@alink/signing';
import type { CompiledModel } from '@alink/thing-model';
import type { Problem } from './problem';

/** A device that is attached to the gateway whose message it is. */
export interface SubDevice {
  readonly productID: string;
  readonly deviceName: string;
  readonly model: CompiledModel;
}

/** Finds a sub-device of one gateway; undefined for a device that is not attached to it. */
export type FindSubDevice = (identity: DeviceIdentity) => SubDevice | undefined;

/** A message speaks of a device that is not attached to the one that sends it. */
export const noTopology: Problem = {
  code: 6401,
  message: 'topo relation not exist',
  step: 'Let each device report for itself; a gateway reports for the sub-devices that are attached to it.',
};
