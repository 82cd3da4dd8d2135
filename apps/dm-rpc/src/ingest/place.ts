/** Where a report stands in the stream, which is what it is known by: the stream delivers at least once. */

export interface Place {
  /** When the stream was made, unix milliseconds: sequences begin anew in another one. */
  readonly stream: number;
  readonly sequence: number;
  /** Which of the reports of its message it is, from 0. */
  readonly index: number;
}

/** More reports than a message holds, and more parts than a report has. */
const PARTS = 2 ** 20;

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0').slice(-digits);

/**
 * The id of a report as a UUID: the second in which its stream was made, the sequence, and which report of the message
 * it is. Made of its place and not of its content, it costs no hash, and two equal reports stay two.
 * @param part which of the rows of one report that need an id of their own, from 0
 */
export const idOf = ({ stream, sequence, index }: Place, part = 0): string => {
  const second = hex(Math.trunc(stream / 1000), 8);
  const at = hex(sequence, 14);
  const within = hex(index * PARTS + part, 10);
  return `${second}-${at.slice(0, 4)}-${at.slice(4, 8)}-${at.slice(8, 12)}-${at.slice(12)}${within}`;
};
