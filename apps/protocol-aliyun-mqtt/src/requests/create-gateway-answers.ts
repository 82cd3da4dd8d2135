/** Puts together what answers gateway devices. */
import type { Guard } from '../guard/guard';
import type { DeviceChanges } from '../session/device-changes';
import { GatewayAnswers } from './gateway-answers';
import type { Answerer } from './requests';
import { SubDeviceLogins, type SubDeviceLoginsOptions } from './sub-device-logins';
import { TopologyAnswers } from './topology-answers';

export interface CreateGatewayAnswersOptions extends Omit<SubDeviceLoginsOptions, 'changes' | 'connectRate'> {
  readonly changes: DeviceChanges;
  readonly guard: Pick<Guard, 'connectRate' | 'subDeviceRate'>;
  readonly dm: Answerer;
}

export const createGatewayAnswers = ({ guard, dm, ...options }: CreateGatewayAnswersOptions): GatewayAnswers => {
  const { connectRate, subDeviceRate: rate } = guard;
  const logins = new SubDeviceLogins({ ...options, connectRate });
  const topology = new TopologyAnswers({ ...options, dm });
  return new GatewayAnswers({ logins, topology, dm, rate });
};
