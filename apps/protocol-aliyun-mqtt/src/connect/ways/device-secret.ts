/** 一机一密: the password is signed with the DeviceSecret ("Alibaba Cloud IoT documentation, 'Unique-certificate-per-device'"). */
import { signedContents } from '@alink/signing';
import { diagnoseSign } from '../diagnose-sign';
import { refusals } from '../refusals';
import { admitEnabled, refused } from '../verdict';
import { provesKey } from '../verify';
import type { Way, WayContext } from './way';

export const deviceSecret = ({ directory }: WayContext): Way => ({
  applies: () => true,

  // Securemode is the client's claim, not proof of TLS, and so not judged against the transport; a value that chooses no
  // other way in keeps nobody out, whose signature is right. ID² is the only way that is chosen and not served.
  misuse({ clientId: { authType, securemode }, identity }) {
    if (authType !== undefined) return refusals.authType(authType);
    if (securemode === '8') return refusals.secureMode(securemode);
    return identity ? undefined : refusals.username();
  },

  async admit(attempt) {
    const { clientId, password } = attempt;
    const identity = attempt.identity!;
    const { product, device } = await directory.find(identity.productKey, identity.deviceName);
    const contents = signedContents({ parsed: clientId, ...identity });
    const signed = provesKey({ signMethod: clientId.signMethod, password }, contents, device?.secret);
    if (!product) return refused(refusals.unknownProduct());
    if (!device) return refused(refusals.unknownDevice());
    if (!signed) return refused(refusals.wrongSign(() => diagnoseSign(attempt, device.secret, product.secret)));
    return admitEnabled({ product, device }, (now) => now.device.secret === device.secret);
  },
});
