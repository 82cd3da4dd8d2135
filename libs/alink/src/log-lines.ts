/**
 * Lines of a device's own log, in the two forms in which SDKs report them: objects ("Alibaba Cloud IoT documentation, 'Device
 * log'"; Link SDK for C 4.x, logpost), and texts of words whose meaning a template tells (C SDK 3.x, `awss_cmp.h`).
 */
import type { LogLine } from './device-message';
import { isRecord } from './envelope';
import type { Problem } from './problem';
import { MAX_AHEAD_MS } from './sample-time';

/** Lines in one report ("Alibaba Cloud IoT documentation, 'Device log'"). */
const MAX_LINES = 40;
/** Characters: what is longer is cut, since a line that is too long is better than none. */
const MAX_WORD = 128;
const MAX_CONTENT = 4096;

/** Levels as numbers: those of unitedrhino, which has none for what is fatal. */
const levels: Readonly<Record<string, LogLine['logLevel']>> = { FATAL: 2, ERROR: 2, WARN: 3, INFO: 4, DEBUG: 5 };
const DEBUG = 5;

const wrong = (what: string): Problem => ({
  code: 460,
  message: `request parameter error: ${what}`,
  step: `Send a list of 1 to ${MAX_LINES} lines under "params", as in [{"utcTime":"..","logLevel":"INFO","logContent":".."}].`,
});

const LONE_SURROGATE = /\p{Surrogate}/gu;

/** What the database can keep of a text. */
const fit = (value: unknown, maxLength: number): string => {
  if (typeof value !== 'string' && typeof value !== 'number') return '';
  return Array.from(
    String(value)
      .slice(0, 2 * maxLength)
      .replaceAll('\0', '')
      .replaceAll(LONE_SURROGATE, '\ufffd'),
  )
    .slice(0, maxLength)
    .join('');
};

/** 2001: a device that counts from its start, or has not set its clock, gives an earlier time. */
const FIRST_MS = 978_307_200_000;

const isPossible = (time: number, now: number): boolean => time >= FIRST_MS && time <= now + MAX_AHEAD_MS;

/** `2024-03-06T15:15:27.464+0800`, or milliseconds or seconds since 1970; the time of arrival where it is none. */
const timeOf = (utcTime: unknown, now: number): number => {
  const text = typeof utcTime === 'number' ? String(utcTime) : typeof utcTime === 'string' ? utcTime.trim() : '';
  const digits = /^\d{10}(\d{3})?$/.test(text) ? Number(text.padEnd(13, '0')) : NaN;
  const date = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')) : NaN;
  const time = Number.isNaN(digits) ? date : digits;
  return isPossible(time, now) ? time : now;
};

const lineOf = (item: Readonly<Record<string, unknown>>, now: number): LogLine | undefined => {
  const { utcTime, timestamp, logLevel, module, code, traceContext, logContent } = item;
  const line: LogLine = {
    timestamp: timeOf(utcTime ?? timestamp, now),
    logLevel: levels[String(logLevel).toUpperCase()] ?? DEBUG,
    module: fit(module, MAX_WORD),
    code: fit(code, MAX_WORD),
    traceContext: fit(traceContext, MAX_WORD),
    content: fit(logContent, MAX_CONTENT),
  };
  return line.module || line.code || line.traceContext || line.content ? line : undefined;
};

/** The words of a text by the names in a template; the last name has all that is left. */
const byTemplate = (template: string, text: string): Record<string, unknown> => {
  const names = template.trim().split(/[\s,]+/);
  const words = text.trim().split(' ');
  const last = words.splice(Math.min(names.length - 1, words.length)).join(' ');
  return Object.fromEntries(names.map((name, at) => [name, at === names.length - 1 ? last : words[at]]));
};

/** The lines as objects; undefined for another form. */
const itemsOf = (params: unknown): readonly unknown[] | undefined => {
  if (Array.isArray(params)) return params;
  if (!isRecord(params) || typeof params.template !== 'string' || !Array.isArray(params.contents)) return undefined;
  const { template, contents } = params;
  return contents.map((text: unknown) => (typeof text === 'string' ? byTemplate(template, text) : text));
};

/** @param now arrival in Unix milliseconds @returns all lines, or why none of them is taken */
export const readLogLines = (params: unknown, now: number): LogLine[] | Problem => {
  const items = itemsOf(params);
  if (!items) return wrong('params is no list of log lines');
  if (items.length === 0 || items.length > MAX_LINES)
    return wrong(`params has ${items.length} lines, not 1 to ${MAX_LINES}`);
  const lines: LogLine[] = [];
  for (const [at, item] of items.entries()) {
    const line = isRecord(item) ? lineOf(item, now) : undefined;
    if (!line) return wrong(`line ${at + 1} is no log line`);
    lines.push(line);
  }
  return lines;
};

/** A line as one text, for readers that know no parts of it. */
export const lineText = ({
  module,
  code,
  traceContext,
  content,
}: Pick<LogLine, 'module' | 'code' | 'traceContext' | 'content'>): string =>
  [module, code, traceContext, content].filter((word) => word !== '').join(' ');
