import type { FleetProgress } from '@alink/simulator';
import type { Io } from '../io';
import type { Output } from '../output';

/** How often the line is written anew. */
const EVERY_MS = 500;

/**
 * Shows how a fleet fares, on one line that is written over and over; nothing where nobody looks at a terminal.
 * @returns ends it
 */
export const showLive = (out: Output, { terminalColumns }: Io, progress: () => FleetProgress): (() => void) => {
  if (terminalColumns() === undefined || out.json) return () => undefined;
  let before = 0;
  const show = (): void => {
    const { devices, online, ended, sent, accepted, refused } = progress();
    const perSecond = Math.round(((sent - before) * 1000) / EVERY_MS);
    before = sent;
    const gone = ended === 0 ? '' : `, ${ended} done`;
    const bad = refused === 0 ? '' : `, ${refused} refused`;
    const reports = `${sent} reports (${perSecond}/s), ${accepted} accepted${bad}`;
    out.progress({ done: ended, words: `${online} of ${devices} online${gone}; ${reports}` });
  };
  const timer = setInterval(show, EVERY_MS);
  show();
  return () => clearInterval(timer);
};
