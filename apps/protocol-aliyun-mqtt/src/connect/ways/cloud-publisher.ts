/**
 * The manual's cloud publisher: a client with a plain id that shows the username and password of the device's latest
 * login. The password is checked against that login's ClientID, so nothing secret needs to be kept for it.
 */
import { signedContents, type ParsedClientId } from '@alink/signing';
import type { DeviceEntry, ProductEntry } from '../../directory/records';
import { AUTO_REGISTRATION } from '../../directory/records';
import { withClientId } from '../attempt';
import { refusals } from '../refusals';
import { refused } from '../verdict';
import { provesKey } from '../verify';
import type { Way, WayContext } from './way';

export const cloudPublisher = (context: WayContext): Way => ({
  applies: ({ clientId }) => !clientId.hasParams,

  misuse({ identity }) {
    if (!context.cloudPublisher) return refusals.publisherOff();
    return identity ? undefined : refusals.username();
  },

  async admit(attempt) {
    const { productKey, deviceName } = attempt.identity!;
    const { product, device } = await context.directory.find(productKey, deviceName);
    const latest = device && (context.latestLogin(productKey, deviceName) || device.lastClientId || undefined);
    const { clientId, password } = latest === undefined ? attempt : withClientId(attempt, latest);
    const key = latest === undefined ? undefined : keyOf(clientId, product, device);
    const contents = signedContents({ parsed: clientId, productKey, deviceName });
    const signed = provesKey({ signMethod: clientId.signMethod, password }, contents, key);
    if (!product || !device || !signed) return refused(refusals.publisherMismatch());
    if (!product.enabled) return refused(refusals.disabledProduct());
    if (!device.enabled) return refused(refusals.disabledDevice());
    return { as: 'cloudPublisher', product, device };
  },
});

/**
 * What the latest login was signed with; undefined when it was not: a deviceToken lets no publisher in.
 * The ProductSecret is the key of devices of automatic registration only, and of no other device of the product.
 */
const keyOf = (
  { authType, securemode }: ParsedClientId,
  product: ProductEntry | undefined,
  device: DeviceEntry | undefined,
): string | undefined => {
  if (authType !== undefined) return undefined;
  if (securemode !== '-2') return device?.secret;
  return device?.registration === AUTO_REGISTRATION ? product?.secret : undefined;
};
