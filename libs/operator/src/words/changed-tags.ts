/** Tags, of which the platform takes all at once. */

export interface TagChanges {
  readonly tag?: Readonly<Record<string, string>>;
  readonly untag?: readonly string[];
}

/** What the tags become. */
export const changedTags = (before: Readonly<Record<string, string>>, { tag, untag = [] }: TagChanges) =>
  Object.fromEntries(Object.entries({ ...before, ...tag }).filter(([key]) => !untag.includes(key)));
