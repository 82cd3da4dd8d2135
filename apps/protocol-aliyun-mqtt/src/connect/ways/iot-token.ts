/**
 * HTTPS authentication before MQTT: the username is an iotId, the password an iotToken ("Alibaba Cloud IoT documentation,
 * 'MQTT over HTTPS authentication'"; C SDK 3.0.1, dev_sign_mqtt.c). A bad token is CONNACK 3 there.
 */
import { refusals } from '../refusals';
import { admitEnabled, refused } from '../verdict';
import { provesToken } from '../verify';
import type { Way, WayContext } from './way';

export const iotToken = ({ directory, credentials, clock }: WayContext): Way => ({
  applies: ({ clientId }) => clientId.securemode === '-1',

  async admit({ username, password }) {
    const issued = await credentials.readIotToken(username);
    if (!provesToken(password, issued?.token, clock.now()) || !issued) return refused(refusals.wrongIotToken());
    const { product, device } = await directory.find(issued.productKey, issued.deviceName);
    if (!product || !device) return refused(refusals.wrongIotToken());
    return admitEnabled({ product, device }, async () => (await credentials.readIotToken(username)) !== undefined);
  },
});
