/**
 * 一型一密 pre-registration-free, the second step and for ever after: the password is the deviceToken itself
 * ("Alibaba Cloud IoT documentation, 'Unique-certificate-per-product'"; Link SDK for C 4.x, core_auth.c).
 */
import { refusals } from '../refusals';
import { admitEnabled, refused } from '../verdict';
import { provesToken } from '../verify';
import type { Way, WayContext } from './way';

export const deviceToken = ({ directory, credentials, clock }: WayContext): Way => ({
  applies: ({ clientId }) => clientId.authType === 'connwl',

  misuse: ({ identity }) => (identity ? undefined : refusals.username()),

  async admit({ clientId, identity, password }) {
    const { productKey, deviceName } = identity!;
    const { product, device } = await directory.find(productKey, deviceName);
    const token = device && (await credentials.deviceToken(device, clientId.clientId));
    const proved = provesToken(password, token, clock.now());
    if (!product) return refused(refusals.unknownProduct());
    if (!device) return refused(refusals.unknownDevice());
    if (!proved) return refused(refusals.wrongToken());
    return admitEnabled({ product, device }, async (now) => {
      return (await credentials.deviceToken(now.device, clientId.clientId)) !== undefined;
    });
  },
});
