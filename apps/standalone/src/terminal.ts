/** Text for a terminal: colours where there is one, and nothing that could command it. */
import { visible } from '@alink/text';

export type Paint = (text: string) => string;

export interface Palette {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
  readonly magenta: Paint;
}

/** SGR codes (ECMA-48, 'Select Graphic Rendition'). */
const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36, magenta: 35 } as const;

/** Paints with colours, or leaves everything as it is. */
export const palette = (colours: boolean): Palette => {
  const entries = Object.entries(codes).map(([name, code]): [string, Paint] => [
    name,
    (text) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text),
  ]);
  return Object.fromEntries(entries) as Record<keyof typeof codes, Paint>;
};

/** One line of foreign text, in which nothing commands the terminal or shows as something else. */
export const plainLine = (text: string, maxLength: number): string => {
  const line = visible(text);
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line;
};
