/**
 * X.509: the client's certificate decides, the password is empty. A first connect without a triple is told who it is on
 * `/ext/auth/identity/response` ("Alibaba Cloud IoT documentation, 'X.509 certificates'").
 */
import { identityTopics } from '@alink/alink';
import { weaknessOf } from '../certificate-strength';
import { refusals } from '../refusals';
import { admitEnabled, refused, type Verdict } from '../verdict';
import type { Way, WayContext } from './way';

export const certificate = ({ directory, credentials, weakCertificates }: WayContext): Way => ({
  // A device with a certificate may still prove a secret: then that decides.
  applies: ({ certificates, password, clientId }) =>
    certificates.length > 0 && password === '' && clientId.hasParams && clientId.authType === undefined,

  misuse({ username, identity, certificates }) {
    if (username !== '' && !identity) return refusals.username();
    const weakness = weakCertificates ? undefined : weaknessOf(certificates);
    return weakness === undefined ? undefined : refusals.weakCertificate(weakness);
  },

  async admit({ certificates, identity }) {
    const unknown = (): Verdict => refused(refusals.unknownCertificate(credentials.certificateStep));
    const owner = await credentials.resolveCertificate(certificates, identity);
    if (!owner) return unknown();
    const { product, device } = await directory.find(owner.productKey, owner.deviceName);
    if (!product || !device) return unknown();
    const { productKey, deviceName } = device;
    if (identity && (identity.productKey !== productKey || identity.deviceName !== deviceName)) {
      return refused(refusals.foreignCertificate());
    }
    const payload = JSON.stringify({ productKey, deviceName });
    const push = identity ? undefined : { topic: identityTopics.names, payload };
    const stillGood = async (): Promise<boolean> => {
      const now = await credentials.resolveCertificate(certificates, { productKey, deviceName });
      return now?.productKey === productKey && now.deviceName === deviceName;
    };
    return admitEnabled({ product, device }, stillGood, push);
  },
});
