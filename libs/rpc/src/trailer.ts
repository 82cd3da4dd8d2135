/** Trailing metadata of answers: what the messages of a given interface have no field for. */
import { Metadata } from '@grpc/grpc-js';

const trailers = new WeakMap<object, Metadata>();

/**
 * Has something go with an answer.
 * @param name in lower case, ending in `-bin`
 * @returns the answer
 */
export const withTrailer = <Answer extends object>(answer: Answer, name: `${string}-bin`, value: Buffer): Answer => {
  const metadata = trailers.get(answer) ?? new Metadata();
  metadata.set(name, value);
  trailers.set(answer, metadata);
  return answer;
};

/** What goes with that answer; undefined where nothing does. */
export const trailerOf = (answer: object): Metadata | undefined => trailers.get(answer);
