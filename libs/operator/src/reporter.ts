/** How far long work is. */
export interface Progress {
  /** Of these so many are done, whatever became of them. */
  readonly done: number;
  /** Undefined where nobody knows how many there will be. */
  readonly total?: number;
  /** The same in words, where it is worth a line by itself: "2000 of 10001 devices, 3 of them refused". */
  readonly words?: string;
}

/** Who hears of long work while it is under way. */
export interface Reporter {
  /** Something on the side, that is no result. */
  note(text: string): void;
  /** May be called for every single thing that is done; with words only as often as people want a line of it. */
  progress(at: Progress): void;
}
