import type { Input } from './fuzz-target';

/** An input as a line that can stand in a spec: text as JSON, bytes as hex, with their text where they are such. */
export const vectorText = (input: Input): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(input).map(([name, part]) => [
        name,
        typeof part === 'string'
          ? part
          : { hex: Buffer.from(part).toString('hex'), text: Buffer.from(part).toString('latin1') },
      ]),
    ),
  );
