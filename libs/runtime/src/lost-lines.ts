/** How many lines of this process could not be written. A process has one log, and so one number. */

let lost = 0;

export const countLostLines = (lines: number): void => void (lost += lines);

export const lostLines = (): number => lost;
