/** What JetStream answers to whoever publishes with a wish to know (NATS documentation, "Publish acknowledgements"). */
import { STREAM } from '@alink/contract';

/**
 * That a message is kept. Clients refuse an answer that names no stream; where a stream of unitedrhino's keeps the subject
 * as well, either answer may come first.
 * @param seq its place in our stream
 */
export const streamAnswer = (seq: number): string => JSON.stringify({ stream: STREAM, seq });
