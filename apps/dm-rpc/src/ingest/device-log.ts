/** Lines in devices' logs: what nodes tell, and what is reported. */
import { Code, logsReports, type Envelope, type HubLogEntry } from '@alink/contract';
import type { Transaction } from '../transaction';
import { actionOfEntry, type LogAction } from '../log-action';
import { codeOr, MAX_CONTENT, MAX_IDENTIFIER, MAX_NAME, MAX_TOPIC, textOf, timeOr } from './fit';
import { idOf, type Place } from './place';
import type { Report } from './report';
import type { SinkTable } from './sink-table';
import { column } from './sinks/rows';
import type { TakenReport } from './taken-report';

/** One line, as the table has it. */
interface Line extends HubLogEntry {
  readonly messageID: string;
}

/** What a node tells of a device, which may be one that somebody else only named. */
export interface HubLine extends Line {
  readonly kind: 'hubLine';
}

/** @throws {SyntaxError | TypeError} on what is no line */
export const readHubLine = ({ data, timestamp }: Envelope, place: Place): HubLine => {
  const entry = JSON.parse(data) as HubLogEntry;
  const topic = textOf(entry.topic, MAX_TOPIC);
  return {
    kind: 'hubLine',
    messageID: idOf(place),
    productID: textOf(entry.productID, MAX_NAME),
    deviceName: textOf(entry.deviceName, MAX_NAME),
    timestamp: timeOr(entry.timestamp, timestamp),
    action: actionOfEntry(textOf(entry.action, MAX_NAME), topic) as LogAction,
    topic,
    requestID: textOf(entry.requestID, MAX_NAME),
    content: textOf(entry.content, MAX_CONTENT),
    resultCode: codeOr(entry.resultCode, 0),
    respPayload: textOf(entry.respPayload, MAX_CONTENT),
  };
};

/** Bytes that are valid UTF-8 as text, others as none. */
const bytesAsText = (bytes: Buffer): string => {
  const decoded = bytes.toString('utf8');
  return decoded.includes('\ufffd') ? '' : decoded;
};

const contentOf = ({ message, bytes }: Report): string =>
  message ? JSON.stringify(message) : bytes ? bytesAsText(bytes) : '';

/** What a foreign node sent, and nobody here understands; custom payloads are the devices' own affair. */
const isUnknown = ({ foreign, message }: Report): boolean =>
  foreign !== undefined && foreign.handle !== 'ext' && message === undefined;

/**
 * All that is out of the ordinary has a line, and plain reports where somebody asks for them. A device that does not exist
 * has no log: names are made up without end.
 */
export const hasLine = ({ report, device, answer }: TakenReport, sinks: SinkTable): boolean =>
  device !== undefined &&
  (report.explain !== '' ||
    (answer !== undefined && answer.code !== Code.ok) ||
    isUnknown(report) ||
    !sinks.isPlain(report) ||
    logsReports(device, report.arrivedAt));

/** The line of a report. */
export const lineOf = ({ report, answer }: TakenReport): Line => {
  const { productID, deviceName, arrivedAt, topic, action, explain, message, place } = report;
  return {
    messageID: idOf(place),
    productID,
    deviceName,
    timestamp: arrivedAt,
    action,
    topic,
    requestID: textOf(String(message?.msgToken ?? ''), MAX_IDENTIFIER),
    content: explain || textOf(contentOf(report), MAX_CONTENT),
    resultCode: answer?.code ?? codeOr(message?.code, Code.ok),
    respPayload: answer ? textOf(JSON.stringify(answer.message), MAX_CONTENT) : '',
  };
};

/** Writes the lines of a batch, nothing twice. */
export const writeDeviceLog = async (tx: Transaction, rows: readonly Line[]): Promise<void> => {
  if (rows.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO hub_log (product_id, device_name, timestamp, message_id, action, request_id, trace_id, topic, content,
                         result_code, resp_payload)
    SELECT u.p, u.d, u.t, u.m, u.a, u.r, '', u.topic, u.c, u.code, u.resp FROM unnest(
      ${column(rows, 'productID')}::text[], ${column(rows, 'deviceName')}::text[], ${column(rows, 'timestamp')}::bigint[],
      ${column(rows, 'messageID')}::uuid[], ${column(rows, 'action')}::text[], ${column(rows, 'requestID')}::text[],
      ${column(rows, 'topic')}::text[], ${column(rows, 'content')}::text[], ${column(rows, 'resultCode')}::int[],
      ${column(rows, 'respPayload')}::text[]) AS u (p, d, t, m, a, r, topic, c, code, resp)
    ON CONFLICT DO NOTHING`;
};
