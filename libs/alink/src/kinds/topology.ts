/**
 * Sub-devices of a gateway device. Sources: Alibaba Cloud IoT documentation, "Register devices", "Manage topological
 * relationships"; Link SDK for C 3.x and 4.x, Android SDK.
 */
import { alink, paramlessAlink } from '../bodies/alink';
import { readProductSignature, readSignature } from '../device-proofs';
import { isRecord } from '../envelope';
import { besides, known, namesIn, possible, readDevices, readProvenDevices } from '../named-devices';
import { isProblem, type Problem } from '../problem';
import type { Question, Reply } from '../questions';
import { failed } from '../request-result';
import type { Asked, AskRoute, RequestResult, Route } from '../route';
import { ADD_NOTICE, JOIN_PERMIT, TOPOLOGY_CHANGE } from './gateway-requests';
import { platformRequest } from './platform-request';
import { toldEach, toldRegistered } from './registration-replies';

/** Sub-devices in one registration (documentation, "Register devices"). */
const MAX_REGISTERED = 30;
/** Sub-devices in any other list: no limit is documented. So many signatures are checked within a few milliseconds. */
const MAX_LISTED = 200;

/** What is asked about the devices that were read, if they could be. */
const about = <Devices>(devices: Devices | Problem, question: (devices: Devices) => Question): Asked | RequestResult =>
  isProblem(devices) ? failed(devices) : { question: question(devices), problems: [] };

const askRegister: AskRoute['ask'] = (params, { topic }) => {
  const form = { name: 'params', max: MAX_REGISTERED, check: besides(topic, possible) };
  return about(readDevices(params, form), (devices) => ({ kind: 'topology.register', devices }));
};

const askRegisterSigned: AskRoute['ask'] = (params, { topic }) => {
  const form = { name: 'proxieds', max: MAX_REGISTERED, check: besides(topic, possible) };
  const list = isRecord(params) ? params.proxieds : undefined;
  return about(readProvenDevices(list, form, readProductSignature), (devices) => ({
    kind: 'topology.registerSigned',
    devices,
  }));
};

const askAdd: AskRoute['ask'] = (params, { topic }) => {
  const form = { name: 'params', max: MAX_LISTED, check: besides(topic, known(6100)) };
  return about(readProvenDevices(params, form, readSignature), (devices) => ({ kind: 'topology.add', devices }));
};

const attached = { name: 'params', max: MAX_LISTED, check: known(6100) };

const askOf =
  (kind: 'topology.unregister' | 'topology.delete'): AskRoute['ask'] =>
  (params: unknown) =>
    about(readDevices(params, attached), (devices) => ({ kind, devices }));

const found = { name: 'params', max: MAX_LISTED, check: possible };

const askFound = (params: unknown): Asked | RequestResult =>
  about(readDevices(params, found), (devices) => ({ kind: 'topology.found', devices }));

const askGet = (): Asked => ({ question: { kind: 'topology.get' }, problems: [] });

const toldCode = ({ code, message }: Reply): Reply => ({ code, message });

/** The names of the devices in a list, and nothing else of them. */
const toldNames = (reply: Reply, list: unknown): Reply =>
  reply.code === 200 ? { code: 200, data: namesIn(list) } : toldCode(reply);

const asked = (
  answeredBy: AskRoute['answeredBy'],
  path: string,
  meaning: string,
  handlers: Pick<AskRoute, 'ask' | 'told'> & Partial<Pick<AskRoute, 'body'>>,
): AskRoute => ({
  topic: { family: 'sys', path, meaning: `gateway: ${meaning}`, replyOn: '_reply' },
  body: alink,
  answeredBy,
  ...handlers,
});

export const topology: readonly Route[] = [
  asked('dm', 'thing/sub/register', 'register sub-devices', { ask: askRegister, told: toldRegistered }),
  asked('dm', 'thing/sub/unregister', 'unregister sub-devices', { ask: askOf('topology.unregister'), told: toldCode }),
  asked('node', 'thing/proxy/provisioning/product_register', 'register sub-devices with their ProductSecret', {
    ask: askRegisterSigned,
    told: toldEach,
  }),
  asked('node', 'thing/topo/add', 'add sub-devices', { ask: askAdd, told: toldNames }),
  platformRequest(ADD_NOTICE, 'gateway: sub-devices to add'),
  asked('dm', 'thing/topo/delete', 'remove sub-devices', { ask: askOf('topology.delete'), told: toldNames }),
  asked('dm', 'thing/topo/get', 'list sub-devices', {
    body: paramlessAlink,
    ask: askGet,
    told: (reply) => toldNames(reply, reply.data),
  }),
  platformRequest(TOPOLOGY_CHANGE, 'gateway: its sub-devices have changed'),
  asked('dm', 'thing/list/found', 'report devices that it has found', { ask: askFound, told: toldCode }),
  platformRequest(JOIN_PERMIT, 'gateway: let sub-devices join'),
];
