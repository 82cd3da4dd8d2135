import { isoOfSeconds } from '@alink/operator/words';
import type { Command } from 'commander';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { parseLimit, parsePage, parseTimeout } from '../parse-options';
import { readTextFile } from '../read-text-file';
import type { Session } from '../session';

type Info = Awaited<ReturnType<Session['configurations']['readConfiguration']>>;

/** Whose configuration it is, in words. */
const ofWhom = (productID: string, deviceName?: string): string =>
  deviceName ? `device ${deviceName} of ${productID}` : `product ${productID}`;

/** A version; one of no bytes says that from then on there was none. */
const rowOf = ({ configId, productID, deviceName, size, sign, createdTime }: Info) => ({
  configId,
  productKey: productID,
  deviceName: deviceName || undefined,
  size: Number(size),
  sha256: Number(size) > 0 ? sign : undefined,
  created: isoOfSeconds(createdTime),
});

export const addConfigCommands = (config: Command, io: Io): void => {
  addSet(config, io);
  addGet(config, io);
  addList(config, io);
  addPush(config, io);
};

const addSet = (config: Command, io: Io): void => {
  const set = async (
    { io, configurations, out }: Session,
    { file, none, push }: { file?: string; none?: boolean; push?: boolean },
    productID: string,
    deviceName?: string,
  ): Promise<void> => {
    if ((file === undefined) === !none) {
      throw new CliError(ExitCode.usage, 'give --file with the configuration, or --none where there is to be none');
    }
    const content = file === undefined ? '' : await readTextFile(io, file);
    if (file !== undefined && content === '') throw new CliError(ExitCode.usage, `${file} is empty`);
    const info = await configurations.setConfiguration({ productID, deviceName, content });
    out.record(rowOf(info));
    if (push && !none) await pushTo({ configurations, out }, { content: false }, productID, deviceName);
  };
  withExample(
    config
      .command('set')
      .description('put a configuration in force, for all devices of a product or for one device')
      .argument('<productKey>')
      .argument('[deviceName]', "the device's own, which stands before its product's")
      .option('--file <file>', 'JSON of at most 64 KB, kept byte for byte; - reads standard input')
      .option('--none', 'from now on there is none')
      .option('--push', 'also tell the devices that are online')
      .action(inSession(io, set)),
    'config set aliyun_test_01 --file config.json --push',
    'config set aliyun_test_01 dev001 --file dev001.json',
    'config set aliyun_test_01 dev001 --none',
  );
};

const addGet = (config: Command, io: Io): void => {
  const get = async (
    { io, configurations, out }: Session,
    { raw }: { raw?: boolean },
    productID: string,
    deviceName?: string,
  ): Promise<void> => {
    const info = await configurations.readConfiguration({ productID, deviceName });
    if (raw) return io.stdout(info.content);
    const of = ofWhom(info.productID, info.deviceName);
    out.record({ ...rowOf(info), of, ...(out.json && { content: info.content }) });
    out.text(`\n${info.content}\n`);
  };
  withExample(
    config
      .command('get')
      .description("show what is in force: a device's own configuration, else its product's")
      .argument('<productKey>')
      .argument('[deviceName]')
      .option('--raw', 'the configuration alone, byte for byte')
      .action(inSession(io, get)),
    'config get aliyun_test_01 dev001',
    'config get aliyun_test_01 --raw > config.json',
  );
};

const addList = (config: Command, io: Io): void => {
  const list = async (
    { configurations, out }: Session,
    { limit, page }: { limit: number; page: number },
    productID: string,
    deviceName?: string,
  ): Promise<void> => {
    const { list: versions, total } = await configurations.listConfigurations({
      productID,
      deviceName,
      page,
      size: limit,
    });
    const columns = ['configId', 'created', 'size', 'sha256'] as const;
    out.rows(versions.map(rowOf), columns, `${ofWhom(productID, deviceName)} never had a configuration of its own`);
    out.pageNote({ page, size: limit, shown: versions.length, total: Number(total) });
  };
  withExample(
    config
      .command('list')
      .description('list every version of a configuration, newest first; one of 0 bytes withdrew it')
      .argument('<productKey>')
      .argument('[deviceName]')
      .option('--limit <n>', 'rows of a page', parseLimit, 50)
      .option('--page <n>', 'from 1', parsePage, 1)
      .action(inSession(io, list)),
    'config list aliyun_test_01',
  );
};

const addPush = (config: Command, io: Io): void => {
  withExample(
    config
      .command('push')
      .description('tell a device, or all devices of a product that are online, what is in force')
      .argument('<productKey>')
      .argument('[deviceName]')
      .option('--content', 'the configuration itself, not a URL; SDKs do not read that')
      .option('--timeout <seconds>', 'how long the device may take to answer', parseTimeout)
      .action(inSession(io, pushTo)),
    'config push aliyun_test_01',
    'config push aliyun_test_01 dev001',
  );
};

async function pushTo(
  { configurations, out }: Pick<Session, 'configurations' | 'out'>,
  { content, timeout }: { content?: boolean; timeout?: number },
  productID: string,
  deviceName?: string,
): Promise<void> {
  const form = content ? 'CONTENT' : 'FILE';
  const request = { productID, deviceName, form, timeout } as const;
  const { configId, sent } = await configurations.pushConfiguration(request, { deadlineMs: PUSH_DEADLINE_MS });
  const whom = deviceName ? `device ${deviceName} has taken` : `sent to ${sent} devices of ${productID}:`;
  out.done({ configId, sent: Number(sent) }, `${whom} configuration ${configId}`);
}

/** A device answers within a minute; to many, it is sent some thousands in a second. */
const PUSH_DEADLINE_MS = 70_000;
