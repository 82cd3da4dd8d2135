/** Command lines of MQTT clients that can be pasted. */
import { shellLine } from './shell-quote';
import { isEncrypted, type Endpoint } from './endpoint';
import type { Login } from '@alink/signing';

/** Shows what arrives on a topic. */
export const subscribeLine = (endpoint: Endpoint, login: Login, topic: string): string =>
  overWebSocket(endpoint)
    ? shellLine([...mqttJs('subscribe', endpoint, login), '-v', '-t', topic])
    : shellLine([...mosquitto('mosquitto_sub', endpoint, login), '-v', '-t', topic]);

/** Shows what is pushed to a new connection; mosquitto_sub ends then. */
export const awaitPushLine = (endpoint: Endpoint, login: Login, topic: string): string =>
  overWebSocket(endpoint)
    ? subscribeLine(endpoint, login, topic)
    : shellLine([...mosquitto('mosquitto_sub', endpoint, login), '-C', '1', '-v', '-t', topic]);

/** Publishes with QoS 1. */
export const publishLine = (endpoint: Endpoint, login: Login, topic: string, message: string): string => {
  const client = overWebSocket(endpoint)
    ? mqttJs('publish', endpoint, login)
    : mosquitto('mosquitto_pub', endpoint, login);
  return shellLine([...client, '-q', '1', '-t', topic, '-m', message]);
};

/** Publishes, and shows the reply, or gives up after ten seconds. Over MQTT 3.1.1, whatever the client's own default is. */
export const requestLine = (
  endpoint: Endpoint,
  login: Login,
  { topic, replyTopic, payload }: { readonly topic: string; readonly replyTopic: string; readonly payload: string },
): string =>
  shellLine([
    ...mosquitto('mosquitto_rr', endpoint, login),
    ...['-V', 'mqttv311', '-W', '10', '-t', topic, '-e', replyTopic, '-m', payload],
  ]);

const overWebSocket = ({ transport }: Endpoint): boolean => transport === 'ws' || transport === 'wss';

const names = ({ host, port }: Endpoint, { clientId, username, password }: Login): string[] => [
  ...['-h', host, '-p', String(port), '-i', clientId, '-u', username],
  ...(password === undefined ? [] : ['-P', password]),
];

const certificateOptions = ({ certificate }: Endpoint): string[] =>
  certificate ? ['--cert', certificate.certFile, '--key', certificate.keyFile] : [];

type Program = 'mosquitto_sub' | 'mosquitto_pub' | 'mosquitto_rr';

const mosquitto = (program: Program, endpoint: Endpoint, login: Login): string[] => {
  const { caFile } = endpoint;
  const trust = caFile === undefined ? ['--tls-use-os-certs'] : ['--cafile', caFile];
  return [
    program,
    ...names(endpoint, login),
    ...(isEncrypted(endpoint.transport) ? [...trust, ...certificateOptions(endpoint)] : []),
  ];
};

/** The command line of MQTT.js: the mosquitto clients speak no WebSocket before 2.1. */
const mqttJs = (command: 'subscribe' | 'publish', endpoint: Endpoint, login: Login): string[] => {
  const { transport, caFile } = endpoint;
  const trust = caFile === undefined ? [] : ['--ca', caFile];
  return [
    ...['npx', 'mqtt', command, '-l', transport],
    ...names(endpoint, login),
    ...(isEncrypted(transport) ? [...trust, ...certificateOptions(endpoint)] : []),
  ];
};
