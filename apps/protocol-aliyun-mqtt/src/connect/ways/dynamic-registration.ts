/**
 * 一型一密 over MQTT: signed with the ProductSecret, answered with a push of credentials right after the CONNACK
 * ("Alibaba Cloud IoT documentation, 'MQTT dynamic registration'"; Link SDK for C 4.x, aiot_dynregmq_api.c).
 */
import { identityTopics } from '@alink/alink';
import { AutoRegister } from '@alink/contract';
import { dynregContent } from '@alink/signing';
import type { Registration } from '../../directory/credentials-source';
import type { ProductEntry } from '../../directory/records';
import type { Attempt } from '../attempt';
import { refusals, type Refusal } from '../refusals';
import { refused, type Push, type Verdict } from '../verdict';
import { provesKey } from '../verify';
import type { Way, WayContext } from './way';

/** Whether this CONNECT asks for credentials rather than for a session. */
export const isRegistration = ({ clientId: { authType } }: Attempt): boolean =>
  authType === 'register' || authType === 'regnwl';

interface Kind {
  /** `autoRegister` from which a product allows it. */
  readonly needs: number;
  /** Asks dm; the push when granted. */
  readonly grant: (product: ProductEntry, deviceName: string) => Promise<Push | Exclude<Registration, 'registered'>>;
}

export const dynamicRegistration = ({ directory, credentials, connectRate, plainRegistration }: WayContext): Way => {
  const kinds: Record<string, Kind> = {
    /** Pre-registered: the device exists and gets its DeviceSecret. */
    register: {
      needs: AutoRegister.existing,
      async grant(product, deviceName) {
        const { outcome, deviceSecret } = await credentials.registerDevice(product, deviceName);
        if (outcome !== 'registered') return outcome;
        const payload = JSON.stringify({ productKey: product.productKey, deviceName, deviceSecret });
        return { topic: identityTopics.deviceSecret, payload };
      },
    },
    /** Pre-registration-free: the device is created where it is missing and gets a clientId and a token. */
    regnwl: {
      needs: AutoRegister.create,
      async grant(product, deviceName) {
        const { outcome, clientId, deviceToken } = await credentials.issueDeviceToken(product, deviceName);
        if (outcome !== 'registered') return outcome;
        const payload = JSON.stringify({ productKey: product.productKey, deviceName, clientId, deviceToken });
        return { topic: identityTopics.deviceToken, payload };
      },
    },
  };

  return {
    applies: isRegistration,
    anyKeepalive: true,

    misuse({ clientId, identity, secure }) {
      if (!secure && !plainRegistration) return refusals.registrationNeedsTls();
      if (clientId.random === undefined) return refusals.registrationIncomplete();
      return identity ? undefined : refusals.username();
    },

    async admit({ clientId, identity, password }): Promise<Verdict> {
      const { productKey, deviceName } = identity!;
      const kind = kinds[clientId.authType!]!;
      const { product } = await directory.find(productKey, deviceName);
      const contents = [dynregContent({ productKey, deviceName, random: clientId.random! })];
      const signed = provesKey({ signMethod: clientId.signMethod, password }, contents, product?.secret);
      if (!product) return refused(refusals.unknownProduct());
      if (!signed) return refused(refusals.wrongRegistrationSign());
      if (!product.enabled) return refused(refusals.disabledProduct());
      if (product.autoRegister < kind.needs) return refused(refusals.registrationOff());
      const tooOften = connectRate.refuse(productKey, deviceName);
      if (tooOften) return refused(tooOften);
      const granted = await kind.grant(product, deviceName);
      if (typeof granted === 'string') return refused(refusalOf[granted]());
      // It may have been created just now, and logs in at once: sooner than the news of it may be here.
      directory.deviceChanged(product.productID, deviceName);
      return { as: 'registration', product, deviceName, push: granted };
    },
  };
};

const refusalOf: Record<Exclude<Registration, 'registered'>, () => Refusal> = {
  off: refusals.registrationOff,
  unknownDevice: refusals.unknownDevice,
  alreadyActive: refusals.alreadyActive,
  disabled: refusals.disabledDevice,
  tooManyTokens: refusals.tooManyTokens,
};
