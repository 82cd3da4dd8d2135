import { RawMqtt, type SdkDeviceOptions } from '@alink/testing';

/** Opens a bare connection and sends this login's CONNECT; `more` goes into the packet. Reads no answer. */
export const rawConnect = async (login: SdkDeviceOptions, more: object = {}): Promise<RawMqtt> => {
  const { port, clientId, username, password } = login;
  const raw = await RawMqtt.open({ port });
  raw.send({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    keepalive: 60,
    clientId,
    username,
    password: Buffer.from(password),
    ...more,
  });
  return raw;
};
