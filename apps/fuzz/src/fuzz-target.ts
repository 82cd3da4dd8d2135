/** What can be fuzzed: a parser, inputs that it is known to meet, and what must hold whatever it is given. */

/** One input: its parts by name, text or bytes. */
export type Input = Readonly<Record<string, string | Uint8Array>>;

export interface FuzzTarget<Given extends Input = Input> {
  /** As the command line has it. */
  readonly name: string;
  /** Real inputs, from vectors where there are some; every run changes one that is known. At least one. */
  readonly seeds: readonly Given[];
  /** Texts that mean something to the parser; changes put them in. */
  readonly words: readonly string[];
  /**
   * Gives the input to the parser.
   * @returns what came of it, in a few words of a limited vocabulary: an input with an outcome that has not been seen
   * before is worth changing further
   * @throws when the parser breaks a promise, whatever the input is
   */
  readonly check: (input: Given) => string;
}

/** Ties the parts of a target's inputs to its check, and forgets them for whoever runs it. */
export const fuzzTarget = <Part extends Record<keyof Part, string | Uint8Array>>(
  target: FuzzTarget<Part & Input>,
): FuzzTarget => target as unknown as FuzzTarget;

/** Throws with these words unless a promise holds. */
export function promise(holds: boolean, words: string): asserts holds {
  if (!holds) throw new Error(`broken promise: ${words}`);
}
