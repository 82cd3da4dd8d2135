/** Dynamic registration (一型一密): what is pushed to a device that has asked for credentials, and what they are for. */
import type { Way } from '@alink/signing';

/** Whether the way begins with a connection that only fetches credentials. */
export const registers = ({ mode }: Way): boolean => mode === 'register' || mode === 'regnwl';

/** The way in that a push opens ("MQTT dynamic registration"); undefined where it is none. */
export const grantOf = (topic: string, payload: Buffer): Way | undefined => {
  if (topic !== '/ext/register' && topic !== '/ext/regnwl') return undefined;
  const { deviceSecret, clientId, deviceToken } = JSON.parse(payload.toString()) as Record<string, string | undefined>;
  if (deviceSecret) return { mode: 'secret', deviceSecret };
  return clientId && deviceToken ? { mode: 'connwl', clientId, deviceToken } : undefined;
};
