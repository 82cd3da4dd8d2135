/** What came of a simulation, for people; and whether it is a failure. */
import type { FleetReport } from '@alink/simulator';
import { CliError, ExitCode } from '../exit-code';
import type { Output } from '../output';
import { refusalWords } from './refusal-words';

/** @throws {CliError} when devices could not connect, or what they sent was refused */
export const tellReport = (out: Output, report: FleetReport, productKey: string): void => {
  if (out.json) out.record(report);
  else tellPeople(out, report, productKey);
  const { devices, connected, reports, refusedFilters } = report;
  const wrong = [
    connected < devices && `${devices - connected} of ${devices} devices could not connect`,
    reports.refused > 0 && `${reports.refused} of ${reports.sent} reports were refused`,
    refusedFilters > 0 && `${refusedFilters} subscriptions were refused`,
  ].filter(Boolean);
  if (wrong.length > 0) throw new CliError(ExitCode.refused, wrong.join(', '));
};

const tellPeople = (out: Output, report: FleetReport, productKey: string): void => {
  const { devices, connected, onlineAtEnd, seconds, connects, registrations, losses, cuts, reports, latency } = report;
  out.record({
    devices: `${connected} of ${devices} were let in, ${onlineAtEnd} online at the end`,
    time: `${seconds} s`,
    connections: `${connects}, ${losses} lost, ${cuts} cut`,
    registrations: registrations || undefined,
    reports: `${reports.sent} sent (${reports.perSecond}/s), ${reports.accepted} accepted, ${reports.refused} refused`,
    unanswered: report.unanswered || undefined,
    sentAgain: report.sentAgain || undefined,
    latency: latency.p50 === undefined ? undefined : `${latency.p50} ms in the middle, ${latency.p99} ms for 99 of 100`,
    told: countsOf(report.told),
    messages: Object.keys(report.messages).length > 1 ? countsOf(sentOf(report.messages)) : undefined,
  });
  const troubles = [...entriesOf('connecting', report.failures), ...entriesOf('refused', report.refusals)];
  if (troubles.length === 0) return;
  out.text('\n');
  out.rows(troubles, ['what', 'why', 'times'], '');
  for (const line of refusalWords(report.failures, productKey)) out.text(`${line}\n`);
};

const sentOf = (messages: FleetReport['messages']): Record<string, number> =>
  Object.fromEntries(Object.entries(messages).map(([kind, { sent }]) => [kind, sent]));

const countsOf = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ');

const entriesOf = (what: string, counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([why, times]) => ({ what, why, times }));
