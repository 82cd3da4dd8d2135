/** Why devices are not attached, in the words of gRPC. */
import { Code } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import { badParameter, noDevice, unknownDevice } from '../../wire/errors';
import type { Refused } from './store';

/** @param limit sub-devices that a gateway device may have */
export const refusalOf = ({ device, why }: Refused, limit: number): RpcError => {
  switch (why) {
    case 'noGateway':
      return noDevice(device);
    case 'isSubDevice':
      return badParameter('gateway', `is a sub-device itself: ${device.deviceName}`);
    case 'unknown':
      return unknownDevice(device);
    case 'tooMany':
      return new RpcError(Code.limit, `gateway device ${device.deviceName} may have at most ${limit} sub-devices`);
    case 'itself':
      return badParameter('list', `names the gateway device itself: ${device.deviceName}`);
    case 'isGateway':
      return badParameter('list', `names a gateway device: ${device.deviceName}`);
    case 'disabled':
      return badParameter('list', `names a device that is disabled: ${device.deviceName}`);
    case 'notAttached':
      return badParameter('list', `names a device that is not attached: ${device.deviceName}`);
  }
};
