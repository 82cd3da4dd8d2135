/** The live part of the screen: one line for each thing that happens to a device. */
import type { NodeOptions } from '@alink/app-protocol-aliyun-mqtt';
import { palette, plainLine, type Palette } from './terminal';

export type Activity = Parameters<NonNullable<NodeOptions['onActivity']>>[0];

/** What is shown, under which word and in which colour; a kind that is missing here is not shown. */
const shown: Partial<Record<Activity['kind'], { readonly word: string; readonly colour: keyof Palette }>> = {
  connect: { word: 'connect', colour: 'green' },
  refuse: { word: 'refused', colour: 'red' },
  report: { word: 'report', colour: 'cyan' },
  reply: { word: 'reply', colour: 'cyan' },
  command: { word: 'command', colour: 'magenta' },
  drop: { word: 'dropped', colour: 'yellow' },
  note: { word: 'note', colour: 'dim' },
  refuseSubscribe: { word: 'refused', colour: 'yellow' },
  disconnect: { word: 'disconnect', colour: 'dim' },
};

/** More lines in one second are counted, not shown: nobody reads them, and a terminal is slow. */
const LINES_PER_SECOND = 40;
const MAX_LINE = 400;

export interface LiveLinesOptions {
  readonly write: (text: string) => void;
  readonly colours: boolean;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Makes the function that shows an activity. */
export const liveLines = ({ write, colours, now }: LiveLinesOptions): ((activity: Activity) => void) => {
  const paint = palette(colours);
  let second = 0;
  let lines = 0;
  return (activity) => {
    const style = shown[activity.kind];
    if (!style) return;
    const ms = now();
    if (Math.floor(ms / 1000) !== second) {
      if (lines > LINES_PER_SECOND)
        write(paint.dim(`          ... and ${lines - LINES_PER_SECOND} more in that second\n`));
      second = Math.floor(ms / 1000);
      lines = 0;
    }
    if (++lines > LINES_PER_SECOND) return;
    const device = [activity.productKey, activity.deviceName].filter(Boolean).join('/') || '(unknown)';
    const text = plainLine(`${device}  ${activity.text}${about(activity)}`, MAX_LINE);
    write(`${paint.dim(clockTime(ms))}  ${paint[style.colour](style.word.padEnd(10))}  ${text}\n`);
  };
};

/** The topic without the device's own prefix, and the code when it is not "ok". */
const about = ({ topic, code, productKey, deviceName }: Activity): string => {
  const path = topic?.replace(`/sys/${productKey}/${deviceName}/`, '');
  return `${path ? `  ${path}` : ''}${code === undefined || code === 200 ? '' : `  code ${code}`}`;
};

/** `hh:mm:ss`, local time. */
const clockTime = (ms: number): string => {
  const date = new Date(ms);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
};
