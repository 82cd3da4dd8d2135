/** Where a definition of a thing model comes from: its field `tag`, kept as text among what nothing else acts on. */
export const Tag = {
  /** Of the product itself. */
  own: '1',
  /** Taken over from a common definition. */
  common: '2',
  /** Taken over because the product's category has it: it cannot be deleted. */
  required: '3',
} as const;

export const tagOf = ({ extra }: { readonly extra: unknown }): string =>
  (extra as { readonly tag?: string }).tag ?? Tag.own;
