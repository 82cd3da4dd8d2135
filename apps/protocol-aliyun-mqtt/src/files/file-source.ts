/** Where the files are that devices fetch over HTTP. The port of whoever has them: dm.rpc, or a store of files. */

export interface ServedFile {
  /** Media type. */
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  /** The bytes from `start` to before `end`, both within the file. */
  read(start: number, end: number): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

export interface FileSource {
  /**
   * @param token what the URL names it by; anything, as it came from outside
   * @returns undefined for what names no file, or none any more
   * @throws when it cannot be told, as while dm.rpc is away
   */
  open(token: string): Promise<ServedFile | undefined>;
}

/** A file that is small enough for memory. */
export const fileOf = (type: string, content: Uint8Array): ServedFile => ({
  type,
  size: content.length,
  read: (start, end) => [content.subarray(start, end)],
});
