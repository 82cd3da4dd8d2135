/**
 * The manual's automatic registration: `securemode=-2` without authType, signed with the ProductSecret. The first
 * connect creates the device; later ones are accepted only for devices that were made this way.
 */
import { AutoRegister } from '@alink/contract';
import { signedContents } from '@alink/signing';
import { AUTO_REGISTRATION } from '../../directory/records';
import { diagnoseSign } from '../diagnose-sign';
import { refusals } from '../refusals';
import { admitEnabled, refused } from '../verdict';
import { provesKey } from '../verify';
import type { Way, WayContext } from './way';

export const productSecret = ({ directory }: WayContext): Way => ({
  applies: ({ clientId }) => clientId.hasParams && clientId.securemode === '-2' && clientId.authType === undefined,

  misuse: ({ identity }) => (identity ? undefined : refusals.username()),

  async admit(attempt) {
    const { clientId, password } = attempt;
    const identity = attempt.identity!;
    const { product, device } = await directory.find(identity.productKey, identity.deviceName);
    const contents = signedContents({ parsed: clientId, ...identity });
    const signed = provesKey({ signMethod: clientId.signMethod, password }, contents, product?.secret);
    if (!product) return refused(refusals.unknownProduct());
    if (!signed) return refused(refusals.wrongSign(() => diagnoseSign(attempt, product.secret, device?.secret)));
    // The switch is about new devices: those that were made this way know no other way in.
    if (!device && product.autoRegister < AutoRegister.create) return refused(refusals.autoRegisterOff());
    if (device && device.registration !== AUTO_REGISTRATION) return refused(refusals.notAutoRegistered());
    if (!product.enabled) return refused(refusals.disabledProduct());
    const registered = device ?? (await directory.register(product, identity.deviceName));
    if (!registered) return refused(refusals.unavailable('dm.rpc has created the device, does not know it'));
    return admitEnabled({ product, device: registered }, (now) => now.product.secret === product.secret);
  },
});
