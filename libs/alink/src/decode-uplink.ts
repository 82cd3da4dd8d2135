/** From what a device published to what the platform keeps, whom it asks, and what the device is told. */
import { compileModel } from '@alink/thing-model';
import { readAnswer } from './bodies/alink';
import { familyTables } from './family-tables';
import { plain, type Problem } from './problem';
import { failed } from './request-result';
import {
  answerPath,
  type AskRoute,
  type CommandRoute,
  type DeviceAnswer,
  type ReportRoute,
  type RequestResult,
  type Route,
  type UplinkContext,
} from './route';
import type { FoundRoute } from './route-table';
import type { Ask, Uplink, UplinkOutcome } from './uplink';
import { replier, type Say } from './uplink-reply';

type RequestRoute = ReportRoute | AskRoute;
type AnswerRoute = CommandRoute & Required<Pick<CommandRoute, 'answer'>>;

/** A path on which devices publish: requests and reports of theirs, or answers to the platform. */
type UplinkPath = { readonly path: string } & ({ readonly request: RequestRoute } | { readonly answer: AnswerRoute });

const hasAnswer = (route: Route): route is AnswerRoute => 'answer' in route;

const uplinkPaths = (route: Route): readonly UplinkPath[] => {
  const { path } = route.topic;
  if ('report' in route || 'ask' in route) return [{ path, request: route }];
  const answer = answerPath(route.topic);
  return hasAnswer(route) && answer !== undefined ? [{ path: answer, answer: route }] : [];
};

const tables = familyTables(uplinkPaths);

/** Knows nothing, so it rejects everything and says so. */
const emptyModel = compileModel(undefined, 'strong');

/**
 * Decodes a publish of a device. Returns undefined for a topic that means nothing here. Never throws, whatever the
 * payload holds.
 */
export const decodeUplink = (uplink: Uplink): UplinkOutcome | undefined => {
  const { scope, path, rrpcId } = uplink.parsed;
  // A synchronous call of Alink with full topic is answered on its own topic, else like the asynchronous one.
  const answersCall = scope === 'sys' && rrpcId !== undefined;
  const found = tables[scope].find(answersCall ? `${path}_reply` : path);
  if (!found) return undefined;
  const { route } = found;
  if ('answer' in route) return decodeAnswer(route.answer, found.name, uplink);
  // Whoever takes every request takes no answer.
  if (answersCall || (scope === 'sys' && path.endsWith('_reply'))) return undefined;
  return decodeRequest(route.request, found, uplink);
};

const decodeRequest = (route: RequestRoute, found: FoundRoute<unknown>, uplink: Uplink): UplinkOutcome => {
  const { parsed, script, now, model, subDevice } = uplink;
  const reading = route.body.read(uplink.payload, found);
  const { id: requestId, content, fault, remarks = [] } = reading;
  const say = replier(route, reading, found, uplink);
  const context: UplinkContext = {
    topic: parsed,
    script,
    name: found.name,
    id: requestId,
    now,
    model: model ?? emptyModel,
    hasModel: model !== undefined,
    subDevice,
  };
  const all = (problems: readonly Problem[]): readonly Problem[] => [...problems, ...remarks];
  const outcome = ({ code, text, data, message, problems, unserved }: RequestResult): UplinkOutcome => ({
    message,
    reply: say?.({ code, message: text, data }),
    echo: 'echo' in route && parsed.rrpcId === undefined ? true : undefined,
    problems: all(problems),
    requestId,
    ...(unserved && { unserved }),
  });
  if (fault) return outcome(failed(fault));
  if (!('ask' in route)) return outcome(route.report(content, context));
  const asked = route.ask(content, context);
  if (!('question' in asked)) return outcome(asked);
  const { question, problems } = asked;
  return { ask: { question, told: teller(route, content, say) }, problems: all(problems), requestId };
};

/** Makes what somebody answered into what the device hears. */
const teller =
  (route: AskRoute, content: unknown, say: Say | undefined): Ask['told'] =>
  (reply) => {
    const told = say && route.told(reply, content);
    return told && say({ ...told, message: told.message === undefined ? undefined : plain(told.message) });
  };

const decodeAnswer = (route: AnswerRoute, name: string, uplink: Uplink): UplinkOutcome => {
  const { parsed, payload, now, model, serviceOf } = uplink;
  const { requestId, answer, remarks } = readAnswer(payload, parsed.rrpcId ?? (route.idInPath ? name : undefined));
  const fault = 'step' in answer ? answer : undefined;
  if (fault && requestId === '') return { problems: [fault, ...remarks], requestId };
  const context: UplinkContext = {
    topic: parsed,
    name: route.idInPath ? (serviceOf?.(name) ?? '') : name,
    id: requestId,
    now,
    model: model ?? emptyModel,
    hasModel: model !== undefined,
  };
  // Whoever waits hears why there is nothing to hear, rather than that the device is silent.
  const heard: DeviceAnswer = 'step' in answer ? { code: answer.code, msg: answer.message } : answer;
  const { message, problems } = route.answer(heard, context);
  return { message, problems: [...(fault ? [fault] : problems), ...remarks], requestId };
};
