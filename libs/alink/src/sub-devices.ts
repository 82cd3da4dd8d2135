/** The sub-devices of a gateway, as far as its messages speak of them. */
import type { DeviceIdentity } from '@alink/signing';
import type { CompiledModel } from '@alink/thing-model';
import { harmless, type Problem } from './problem';

/** A device that is attached to the gateway whose message it is, and logged in through it. */
export interface SubDevice {
  readonly productID: string;
  readonly deviceName: string;
  readonly model: CompiledModel;
}

/** Finds a sub-device of one gateway; undefined for a device that is not attached to it and logged in through it. */
export type FindSubDevice = (identity: DeviceIdentity) => SubDevice | undefined;

/** A problem of what a gateway says of a device: its lines are the gateway's, and name the device. */
export const saidOf = (problem: Problem, { deviceName }: Pick<DeviceIdentity, 'deviceName'>): Problem => ({
  ...problem,
  detail: problem.detail ?? `of ${harmless(deviceName)}`,
});

/** A message speaks of a device that is not attached to the one that sends it, or not logged in through it. */
export const notAttached = (identity: DeviceIdentity): Problem =>
  saidOf(
    {
      code: 6401,
      message: 'topo relation not exist',
      step: 'Let each device report for itself; a gateway reports for the sub-devices that are attached to it and logged in through it.',
    },
    identity,
  );

/** @param max sub-devices that there may be in such a message */
export const tooManySubDevices = (max: number): Problem => ({
  code: 6357,
  message: 'too many sub-devices',
  step: `Report at most ${max} sub-devices in one message.`,
});
