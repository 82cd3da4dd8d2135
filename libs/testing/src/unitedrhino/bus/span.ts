/** Span contexts as unitedrhino's bus wants them in an envelope. */
import { randomBytes } from 'node:crypto';

/** Whether text is so many hexadecimal digits, small ones, that are not all zero (OpenTelemetry: valid ids). */
const isId = (text: unknown, digits: number): boolean =>
  typeof text === 'string' && text.length === digits && /^[0-9a-f]+$/.test(text) && !/^0+$/.test(text);

/** JSON text of a new span context, with the members that OpenTelemetry's Go library writes. */
export const newSpan = (): string =>
  JSON.stringify({
    TraceID: randomBytes(16).toString('hex'),
    SpanID: randomBytes(8).toString('hex'),
    TraceFlags: '01',
    TraceState: '',
    Remote: false,
  });

/** @returns why unitedrhino's bus would not take over this span context, or undefined where it would */
export const objectionToSpan = (trace: string): string | undefined => {
  let span: { TraceID?: unknown; SpanID?: unknown } | null;
  try {
    span = JSON.parse(trace) as typeof span;
  } catch {
    return `json Unmarshal trace.SpanContextConfig: ${JSON.stringify(trace)}`;
  }
  if (!isId(span?.TraceID, 32)) return `TraceIDFromHex: ${JSON.stringify(span?.TraceID)}`;
  return isId(span?.SpanID, 16) ? undefined : `SpanIDFromHex: ${JSON.stringify(span?.SpanID)}`;
};
