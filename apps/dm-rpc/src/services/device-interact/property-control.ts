/** `propertyControlSend`, and how it ended. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { deviceProfileHandlers, requireProfile } from '../device-manage/device-profile';
import { findTarget } from './command-target';
import { readResult } from './read-result';
import { settingsOf, type SetProperties } from './set-properties';

type Methods = Pick<Handlers<typeof services.deviceInteract>, 'propertyControlSend' | 'propertyControlRead'>;

export const propertyControlHandlers = (context: DmContext, setProperties: SetProperties): Methods => {
  const { deviceProfileUpdate } = deviceProfileHandlers(context);

  return {
    /** Once it is done, the profile that came along is kept with the device. */
    async propertyControlSend(request, call) {
      const settings = settingsOf(request);
      const target = await findTarget(context, request);
      const profile = request.withProfile?.code ? requireProfile(request.withProfile) : undefined;
      const answer = await setProperties(target, settings, call);
      if (profile) await deviceProfileUpdate({ device: target.device, ...profile }, call);
      return answer;
    },

    async propertyControlRead(request) {
      const { code, msg } = await readResult(context, request, 'propertyControlSend');
      return { code, msg, msgToken: request.msgToken };
    },
  };
};
