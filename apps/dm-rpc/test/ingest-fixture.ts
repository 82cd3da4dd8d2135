/** The consumer's handler by itself, for what the bus does not do by itself: the same batch again, and foreign messages. */
import type { KeptMessage } from '@alink/bus';
import type { DeviceReport } from '@alink/contract';
import { createLogger } from '@alink/runtime';
import { ApplicationNews } from '../src/ingest/application-news';
import { createIngest } from '../src/ingest/consume';
import { ForeignReports } from '../src/ingest/foreign/foreign-reports';
import { OnlineByReport } from '../src/ingest/foreign/online-by-report';
import { createSinks } from '../src/ingest/sinks';
import { PresenceNews } from '../src/presence/presence-news';
import { CompiledModels } from '../src/services/product-manage/compiled-models';
import { reportOf, reportsBody, type DmFixture } from './dm-fixture';

/** What it logs stands with what the fixture's dm does. */
export const ingestOf = ({ bus, db, logged }: DmFixture): ((batch: readonly KeptMessage[]) => Promise<void>) => {
  const destination = { write: (line: string) => void logged.push(line) };
  const applicationNews = new ApplicationNews(bus, Date.now);
  const { prisma } = db;
  const log = createLogger({ name: 'ingest', level: 'debug', destination });
  const onlineByReport = new OnlineByReport({ bus, prisma, log, now: Date.now });
  return createIngest({
    bus,
    prisma,
    log,
    foreignReports: new ForeignReports(bus, onlineByReport, Date.now),
    presenceNews: new PresenceNews(applicationNews),
    applicationNews,
    models: new CompiledModels(prisma),
    sinks: createSinks(() => undefined),
  });
};

let sequence = 1;
/** A message as the stream delivers it, each further on in the stream. */
export const kept = (subject: string, body: string): KeptMessage => ({
  subject,
  data: Buffer.from(body),
  sequence: sequence++,
  deliveries: 1,
});

export const keptReports = (...reports: readonly DeviceReport[]): KeptMessage => {
  const { subject, body } = reportsBody(...reports);
  return kept(subject, body);
};
export const keptUplink = (...args: Parameters<typeof reportOf>): KeptMessage => keptReports(reportOf(...args));
