import {
  loadConfig,
  LogOutput,
  maskUrls,
  runMain,
  standardOutput,
  StartError,
  type Logger,
  type Running,
} from '@alink/runtime';
import { createStandalone } from './app';
import { standaloneConfigSchema, type StandaloneConfig } from './config';
import { liveLines } from './live-lines';
import { logFile, openLog } from './log-file';
import { welcome } from './welcome';

const NAME = 'standalone';
const colours = Boolean(process.stdout.isTTY) && !process.env.NO_COLOR;
/** A terminal that is held (Ctrl-S), or that has gone, holds nothing up. */
const screen = new LogOutput({
  target: standardOutput(1),
  gap: ({ lines }) => `          ... ${lines} lines could not be shown\n`,
});
process.once('exit', () => screen.flushSync());
const write = (text: string) => screen.write(text);
const say = (line: string) => write(`${line}\n`);

/** What ends the process unforeseen stands in the log; without this line the terminal would show nothing. */
const tellOfCrash = (thrown: unknown) => {
  process.stderr.write(`${NAME}: ended unforeseen: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
};
process.on('uncaughtException', tellOfCrash);
process.on('unhandledRejection', tellOfCrash);

const start = async (config: StandaloneConfig, log: Logger, signal: AbortSignal): Promise<Running> => {
  say('Alink Platform is starting ...');
  signal.addEventListener('abort', () => say('\nstopping ...'));
  const onActivity = liveLines({ write, colours, now: Date.now });
  const held: Parameters<typeof onActivity>[0][] = [];
  let screenIsUp = false;
  const { ports, certificates, stop } = await createStandalone({
    config,
    log,
    signal,
    // Devices may be faster than the screen.
    onActivity: (activity) => (screenIsUp ? onActivity(activity) : void held.push(activity)),
  });
  const facts = {
    host: config.HOST,
    ports,
    certificates,
    database: config.DATABASE_URL ? maskUrls(config.DATABASE_URL) : `embedded, in ${config.DATA_DIR}`,
    bus: config.NATS_URL ? maskUrls(config.NATS_URL) : 'in this process',
    registry: config.ETCD_HOSTS?.join(', ') ?? 'in this process',
    dataDir: config.DATA_DIR,
    log: logFile(config) ?? 'standard error',
    demo: config.DEMO,
  };
  write(welcome(facts, colours));
  screenIsUp = true;
  held.forEach(onActivity);
  return {
    stop: async () => {
      await stop();
      say('stopped.');
    },
  };
};

/** Whether the error, or what caused it, tells the operator what to do already. */
const isExplained = (error: unknown): boolean =>
  error instanceof StartError || (error instanceof Error && isExplained(error.cause));

/** A failure in one line on the terminal; the log has the whole of it. */
const startOrExplain: typeof start = async (config, log, signal) => {
  try {
    return await start(config, log, signal);
  } catch (error) {
    if (signal.aborted) say('stopped.');
    else log.fatal({ err: error }, 'did not start');
    if (isExplained(error)) throw error;
    const where = logFile(config);
    const what = error instanceof Error ? error.message : String(error);
    throw new StartError(where ? `${what} (more in ${where})` : what, { cause: error });
  }
};

await runMain({
  name: NAME,
  load: () => loadConfig(standaloneConfigSchema, process.env),
  logger: openLog,
  start: startOrExplain,
});
