/** What is used here of qlobber, which has no types of its own. */
declare module 'qlobber' {
  interface Options {
    readonly separator: string;
    readonly wildcard_one: string;
    readonly wildcard_some: string;
    /** Whether `wildcard_one` also stands for an empty level. */
    readonly match_empty_levels: boolean;
    /** Levels of a filter or topic; more throw. */
    readonly max_words: number;
  }

  /** Filters in a trie of their levels, which only says whether one of them selects a topic. */
  export class QlobberTrue {
    constructor(options: Options);
    add(filter: string): this;
    remove(filter: string): this;
    match(topic: string): boolean;
  }
}
