import { readValue } from '@alink/operator/messages';
import { isoOfMs } from '@alink/operator/words';
import type { Command } from 'commander';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { parseLimit, parseMoment, parseNames, parseSpan } from '../parse-options';
import type { Session } from '../session';

/** `PropertyLogIndexReq.order`, and that of `PropertyAggIndexReq`. */
const NEWEST_FIRST = 2;

interface Options {
  readonly since?: number;
  readonly limit: number;
  readonly every?: { readonly interval: number; readonly intervalUnit: string };
  readonly agg?: readonly string[];
}

export const addPropertyHistoryCommand = (property: Command, io: Io): void => {
  withExample(
    property
      .command('history')
      .description('show what a property has been, or what is made of that in each span of time; oldest first')
      .argument('<productKey>')
      .argument('<deviceName>')
      .argument('<identifier>')
      .option('--since <moment>', '10m, 2h, 7d ago, an ISO date, or unix milliseconds', parseMoment(io.now))
      .option('--limit <n>', 'most rows: the newest', parseLimit, 100)
      .option('--every <span>', 'one row for each span: 10s, 5m, 1h, 1d, 1w, 1M (months), 1y', parseSpan)
      .option('--agg <functions>', 'what is made of a span: avg,sum,min,max,count,first,last', parseNames)
      .action(
        inSession(io, async (session, options: Options, productID: string, deviceName: string, dataID: string) => {
          const of = { productID, deviceName, dataID };
          if (options.every || options.agg) await showSpans(session, options, of);
          else await showEach(session, options, of);
        }),
      ),
    'property history aliyun_test_01 dev001 temperature --since 2h',
    'property history aliyun_test_01 dev001 temperature --since 7d --every 1h --agg avg,max',
  );
};

interface Of {
  readonly productID: string;
  readonly deviceName: string;
  readonly dataID: string;
}

const showEach = async ({ messages, out }: Session, { since, limit }: Options, of: Of): Promise<void> => {
  const { list } = await messages.propertyLogIndex({
    ...of,
    timeStart: since,
    order: NEWEST_FIRST,
    page: { page: 1, size: limit },
  });
  const rows = list
    .map(({ value, timestamp }) => ({
      property: of.dataID,
      value: readValue(value),
      time: isoOfMs(timestamp),
      timestamp: Number(timestamp),
    }))
    .sort((a, b) => a.timestamp - b.timestamp);
  out.rows(rows, ['time', 'value'], `nothing of ${of.dataID} in that time`);
};

/** Spans are those of the platform: days begin at midnight in Asia/Shanghai. */
const showSpans = async (
  { messages, out }: Session,
  { since, limit, every, agg = ['avg'] }: Options,
  { productID, deviceName, dataID }: Of,
): Promise<void> => {
  if (!every) throw new CliError(ExitCode.usage, '--agg goes with --every');
  const { list } = await messages.propertyLogAggIndex({
    productID,
    deviceName,
    timeStart: since,
    ...every,
    order: NEWEST_FIRST,
    aggs: [{ dataID, argFuncs: [...agg] }],
  });
  const rows = (list[0]?.values ?? [])
    .slice(0, limit)
    .map(({ timeWindow, values }): Record<string, unknown> => ({
      time: isoOfMs(timeWindow),
      ...Object.fromEntries(agg.map((name) => [name, valueOf(values[name])])),
      timestamp: Number(timeWindow),
    }))
    .reverse();
  out.rows(rows, ['time', ...agg], `nothing of ${dataID} in that time`);
};

const valueOf = (made: { readonly value: string } | undefined): unknown => made && readValue(made.value);
