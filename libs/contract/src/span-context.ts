/**
 * The span context that the envelope carries: OpenTelemetry's, as its Go library writes it. unitedrhino's services take
 * nothing from a message whose ids are not 32 and 16 hexadecimal digits, or are all zero: not even who asked for it.
 */
import { randomBytes } from 'node:crypto';

/** Of this process; the rest of each id is counted up. Drawing lots for every message would cost more than the message. */
const process = randomBytes(12).toString('hex');
let spans = randomBytes(4).readUInt32BE();

/** JSON text of a span context that nothing else has: the beginning of a trace. */
export const newSpanContext = (): string => {
  spans = (spans + 1) >>> 0;
  const count = spans.toString(16).padStart(8, '0');
  // Sixteen digits of a prefix that is random are never all zero in practice; the flag says that it may be sampled.
  return `{"TraceID":"${process}${count}","SpanID":"${process.slice(0, 8)}${count}","TraceFlags":"01","TraceState":"","Remote":false}`;
};
