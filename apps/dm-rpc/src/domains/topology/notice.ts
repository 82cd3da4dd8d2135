/** What a gateway device is told of its sub-devices, before it is put into messages. */
import { deviceKey, type DeviceCore } from '../../device-core';
import type { SubDevice } from './store';

/** What has become of a sub-device. */
export type TopologyChange = 'attached' | 'detached' | 'deleted' | 'enabled' | 'disabled';

export interface Notice {
  readonly gateway: DeviceCore;
  readonly subDevice: SubDevice;
  readonly change: TopologyChange;
}

/** Sub-devices of one gateway device of which the same has become. */
export interface NoticeRun {
  readonly gateway: DeviceCore;
  readonly change: TopologyChange;
  readonly subDevices: readonly SubDevice[];
}

/**
 * Notices that go together in messages. Those of one gateway device keep their order, so that it hears last what is last.
 * @param most sub-devices in a run
 */
export const runsOf = (notices: readonly Notice[], most: number): NoticeRun[] => {
  const runs: (NoticeRun & { readonly subDevices: SubDevice[] })[] = [];
  const latest = new Map<string, (typeof runs)[number]>();
  for (const { gateway, change, subDevice } of notices) {
    const run = latest.get(deviceKey(gateway));
    if (run?.change === change && run.subDevices.length < most) {
      run.subDevices.push(subDevice);
      continue;
    }
    const next = { gateway, change, subDevices: [subDevice] };
    latest.set(deviceKey(gateway), next);
    runs.push(next);
  }
  return runs;
};
