import { isoOfMs } from '@alink/operator/words';
import { Option, type Command } from 'commander';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { withLogPage, type LogPage } from '../log-page';
import type { Session } from '../session';

const levels = { error: 2, warn: 3, info: 4, debug: 5 } as const;
const levelWords: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(levels).map(([word, level]) => [String(level), word]),
);

interface LinesOptions extends LogPage {
  readonly level?: keyof typeof levels;
  readonly module?: string;
}

/** What devices report of themselves: the lines of their own logs, and how their networks are. */
export const addDeviceSdkLogCommands = (device: Command, io: Io): void => {
  withExample(
    withLogPage(
      device
        .command('sdk-log')
        .description("show what the device's own program has logged; newest first")
        .argument('<productKey>')
        .argument('<deviceName>')
        .addOption(new Option('--level <level>', 'lines of this level and worse').choices(Object.keys(levels)))
        .option('--module <name>', 'of this module alone'),
      io,
    ).action(inSession(io, showLines)),
    'device sdk-log aliyun_test_01 dev001 --level warn --since 1d',
  );
  withExample(
    withLogPage(
      device
        .command('network')
        .description('show how the network of the device was; newest first')
        .argument('<productKey>')
        .argument('<deviceName>'),
      io,
    ).action(inSession(io, showNetwork)),
    'device network aliyun_test_01 dev001',
  );
};

const showLines = async (
  { logs, out }: Session,
  { level, module, since, limit, page }: LinesOptions,
  productID: string,
  deviceName: string,
): Promise<void> => {
  const { list, total } = await logs.listLogLines({
    productID,
    deviceName,
    level: level && levels[level],
    module,
    timeStart: since,
    page,
    size: limit,
  });
  const rows = list.map(({ timestamp, level: number, ...parts }) => ({
    time: isoOfMs(timestamp),
    level: levelWords[number] ?? number,
    ...parts,
    timestamp: Number(timestamp),
  }));
  out.rows(rows, ['time', 'level', 'module', 'code', 'traceContext', 'content'], nothing(deviceName));
  out.pageNote({ page, size: limit, shown: list.length, total: Number(total) });
};

const nothing = (deviceName: string): string =>
  `${deviceName} has reported no lines of its log; it does so where its log level, or its product's, is error or more`;

/** JSON of the platform's own making. */
const read = (metrics: string): unknown => JSON.parse(metrics);

const showNetwork = async (
  { logs, out }: Session,
  { since, limit, page }: LogPage,
  productID: string,
  deviceName: string,
): Promise<void> => {
  const request = { productID, deviceName, timeStart: since, page, size: limit };
  const { list, total } = await logs.listNetworkStatus(request);
  const rows = list.map(({ timestamp, metrics, history }) => ({
    time: isoOfMs(timestamp),
    network: read(metrics),
    told: history ? 'later' : 'at once',
    timestamp: Number(timestamp),
  }));
  out.rows(rows, ['time', 'network', 'told'], `${deviceName} has not reported how its network is`);
  out.pageNote({ page, size: limit, shown: list.length, total: Number(total) });
};
