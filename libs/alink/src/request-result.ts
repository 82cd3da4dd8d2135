/** Results that requests of several kinds share. */
import type { Problem } from './problem';
import type { RequestResult, UplinkContext } from './route';

/** The node has replied by the time the platform has the message. */
export const ANSWERED = Object.freeze({ noAsk: true });

/** A request that failed as a whole. */
export const failed = (problem: Problem, others: readonly Problem[] = []): RequestResult => ({
  code: problem.code,
  text: problem.message,
  problems: [problem, ...others],
});

/** `params` is JSON, but not of the kind that the topic wants. */
export const paramsNoObject: Problem = {
  code: 460,
  message: 'request parameter error: params is no object',
  step: 'Send an object under "params", as in "params":{"Temp":25.5}.',
};

/** Keeps the bytes as they are, for applications: the platform does not look into them. */
export const keepBytes = (bytes: Buffer, { topic, script }: UplinkContext): RequestResult => ({
  code: 200,
  message: { handle: 'ext', type: topic.scope, bytes, ...(script !== undefined && { script }) },
  problems: [],
});
