/**
 * Remote configuration: `thing/config/get`, and `thing/config/push` to the device. Source: Alibaba Cloud IoT documentation,
 * "Remote configuration"; Link SDK for C 3.x and 4.x, COTA.
 */
import type { JsonObject } from '@alink/thing-model';
import { alink } from '../bodies/alink';
import { isRecord } from '../envelope';
import type { Problem } from '../problem';
import type { Configuration, ConfigurationForm, Reply } from '../questions';
import { failed, paramsNoObject } from '../request-result';
import type { Asked, AskRoute, RequestResult, Route } from '../route';
import { platformRequest } from './platform-request';

/** The path on which a device is told of a new configuration, below `/sys/{productKey}/{deviceName}/`. */
export const CONFIGURATION_PUSH = 'thing/config/push';

const noSuchScope: Problem = {
  code: 6718,
  message: 'configScope not supported',
  step: 'Ask with "configScope":"product" for what is in force, or "device" for the device\'s own configuration alone.',
};

const noSuchForm: Problem = {
  code: 6717,
  message: 'getType not supported',
  step: 'Ask with "getType":"file" for a URL, or "content" for the configuration itself.',
};

const ask = (params: unknown): Asked | RequestResult => {
  if (!isRecord(params)) return failed(paramsNoObject);
  const { configScope: scope = 'product', getType: form = 'file' } = params;
  if (scope !== 'product' && scope !== 'device') return failed(noSuchScope);
  if (form !== 'file' && form !== 'content') return failed(noSuchForm);
  return { question: { kind: 'config.get', scope, form }, problems: [] };
};

/**
 * What a device is told of a configuration, in the documentation's order: the Link SDK for C 4.x takes the first text
 * `"sign":` that it finds, so that nothing of the configuration itself may stand before.
 */
export const configurationData = ({ configId, configSize, sign, url, content }: Configuration): JsonObject => {
  const form: ConfigurationForm = url === undefined ? 'content' : 'file';
  // C SDKs compare the text of the method: `Sha256` and nothing else.
  const told = { configId, configSize, sign, signMethod: 'Sha256' };
  return url === undefined ? { ...told, getType: form, content: content ?? {} } : { ...told, url, getType: form };
};

const told = ({ code, message, data }: Reply): Reply =>
  code === 200 ? { code, data: configurationData(data as unknown as Configuration) } : { code, message };

const get: AskRoute = {
  topic: { family: 'sys', path: 'thing/config/get', meaning: 'fetch the configuration', replyOn: '_reply' },
  body: alink,
  answeredBy: 'dm',
  ask,
  told,
};

export const configuration: readonly Route[] = [get, platformRequest(CONFIGURATION_PUSH, 'a new configuration')];
