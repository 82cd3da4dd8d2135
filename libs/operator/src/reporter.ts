/** How far long work is. */
export interface Progress {
  /** Of these so many are done, whatever became of them. */
  readonly done: number;
  readonly total: number;
  /** The same in words, where nothing can be drawn: "2000 of 10001 devices, 3 of them refused". */
  readonly words: string;
}

/** Who hears of long work while it is under way. */
export interface Reporter {
  /** Something on the side, that is no result. */
  note(text: string): void;
  progress(at: Progress): void;
}
