import type { FleetProgress } from '@alink/simulator';
import type { Io } from '../io';

/** How often the line is written anew. */
const EVERY_MS = 500;

/**
 * Shows how a fleet fares, on one line that is written over and over; nothing where nobody looks at a terminal.
 * @returns takes the line away
 */
export const showLive = (io: Io, progress: () => FleetProgress): (() => void) => {
  if (!io.isTerminal) return () => undefined;
  let before = 0;
  const show = (): void => {
    const { devices, online, ended, sent, accepted, refused } = progress();
    const perSecond = Math.round(((sent - before) * 1000) / EVERY_MS);
    before = sent;
    const gone = ended === 0 ? '' : `, ${ended} done`;
    const bad = refused === 0 ? '' : `, ${refused} refused`;
    io.stderr(
      `\r\x1b[K${online} of ${devices} online${gone}; ${sent} reports (${perSecond}/s), ${accepted} accepted${bad}`,
    );
  };
  const timer = setInterval(show, EVERY_MS);
  show();
  return () => {
    clearInterval(timer);
    io.stderr('\r\x1b[K');
  };
};
