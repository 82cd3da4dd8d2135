/**
 * The thing model of a device, which it asks for: `thing/dsltemplate/get`, and `thing/dynamicTsl/get` for parts of it. Source:
 * Alibaba Cloud IoT documentation, "TSL model"; of the latter the C SDK 3.x (`dm_message.c`).
 */
import { exportTsl, reduceTsl, type JsonObject } from '@alink/thing-model';
import { alink } from '../bodies/alink';
import { isRecord } from '../envelope';
import type { Problem } from '../problem';
import { failed, paramsNoObject } from '../request-result';
import type { RequestResult, Route, UplinkContext } from '../route';

/** Names in one question: a TSL has far fewer. */
const MAX_NODES = 100;

const noModel: Problem = {
  code: 5159,
  message: 'tsl property not found',
  step: 'The thing model of the product cannot be read; import it again.',
};

const wrongNodes: Problem = {
  code: 460,
  message: 'request parameter error: nodes is no list of names',
  step: `Send at most ${MAX_NODES} names of members under "nodes", as in ["type","identifier"].`,
};

/** @param synthetic whether the event and the services that stand for the properties as a whole are there */
const tslOf = ({ topic: { productKey, deviceName }, model }: UplinkContext, synthetic = true): JsonObject =>
  exportTsl(model.definitions, productKey, { deviceName, synthetic });

const whole = (_params: unknown, context: UplinkContext): RequestResult =>
  context.hasModel ? { code: 200, data: tslOf(context), problems: [] } : failed(noModel);

const isNodes = (nodes: unknown): nodes is readonly string[] =>
  Array.isArray(nodes) && nodes.length <= MAX_NODES && nodes.every((node) => typeof node === 'string' && node !== '');

/** `{"nodes":["type","identifier"],"addDefault":false}`: without `nodes` all of it, without `addDefault` as if it were true. */
const parts = (params: unknown, context: UplinkContext): RequestResult => {
  if (!isRecord(params)) return failed(paramsNoObject);
  const { nodes = [], addDefault } = params;
  if (!isNodes(nodes)) return failed(wrongNodes);
  if (!context.hasModel) return failed(noModel);
  const tsl = tslOf(context, addDefault !== false);
  return { code: 200, data: nodes.length > 0 ? reduceTsl(tsl, new Set(nodes)) : tsl, problems: [] };
};

export const thingModel: readonly Route[] = [
  {
    topic: { family: 'sys', path: 'thing/dsltemplate/get', meaning: 'fetch the thing model', replyOn: '_reply' },
    body: alink,
    report: whole,
  },
  {
    topic: {
      family: 'sys',
      path: 'thing/dynamicTsl/get',
      meaning: 'fetch parts of the thing model',
      replyOn: '_reply',
    },
    body: alink,
    report: parts,
  },
];
