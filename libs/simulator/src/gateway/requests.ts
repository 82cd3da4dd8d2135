/**
 * What gateway devices ask for their sub-devices, as the Link SDK for C 4.x writes it ("Alibaba Cloud IoT documentation,
 * 'Register devices', 'Manage topological relationships', 'Sub-device sessions'").
 */
import { sign, subDeviceContent, type DeviceIdentity, type SignMethod } from '@alink/signing';
import type { JsonObject } from '@alink/thing-model';
import { buildTopic } from '@alink/topic';
import type { Stage, SubClient } from './sub-client';

/** Sub-devices in one request: a registration takes 30, a login 50. */
export const mostOf: Readonly<Record<Stage, number>> = { register: 30, attach: 50, login: 50, logout: 50 };

const paths = {
  register: { scope: 'sys', path: 'thing/sub/register' },
  attach: { scope: 'sys', path: 'thing/topo/add' },
  login: { scope: 'ext', path: 'session/combine/batch_login' },
  logout: { scope: 'ext', path: 'session/combine/batch_logout' },
} as const satisfies Record<Stage, unknown>;

export const stages = ['register', 'attach', 'login', 'logout'] as const satisfies readonly Stage[];

export const topicOf = (stage: Stage, gateway: DeviceIdentity): string => buildTopic({ ...paths[stage], ...gateway });

/** How a gateway device signs for its sub-devices. */
export interface SubSigner {
  readonly signMethod: SignMethod;
  /** Unix milliseconds. */
  readonly now: number;
  /** Whether replies are to come without SUBSCRIBE (`_ss=1`). */
  readonly unasked: boolean;
}

const signed = ({ identity, deviceSecret }: SubClient, { signMethod, now }: SubSigner, inClientId: string) => {
  const { productKey, deviceName } = identity;
  const content = {
    productKey,
    deviceName,
    clientId: `${productKey}.${deviceName}${inClientId}`,
    timestamp: String(now),
  };
  return { ...content, sign: sign(signMethod, deviceSecret, subDeviceContent(content)) };
};

/** `params` of the request for these. */
export const paramsOf = (stage: Stage, clients: readonly SubClient[], signer: SubSigner): JsonObject | JsonObject[] => {
  const { signMethod, unasked } = signer;
  switch (stage) {
    case 'attach':
      return clients.map((client) => ({ ...signed(client, signer, ''), signmethod: signMethod }));
    case 'login': {
      const deviceList = clients.map((client) => ({
        ...signed(client, signer, unasked ? '|_ss=1|' : ''),
        cleanSession: 'true',
      }));
      return { signMethod, deviceList };
    }
    default:
      return clients.map(({ identity: { productKey, deviceName } }) => ({ productKey, deviceName }));
  }
};
