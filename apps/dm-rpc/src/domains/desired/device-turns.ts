/**
 * What this instance writes to a device goes out in turns, one at a time, so that a later value is written after an earlier one.
 * A turn lasts until the message is on its way: nobody waits for a device that does not answer.
 */

/** A device while anything of it is under way. */
export class DeviceLine {
  /** The version of each value that was written to the device last. */
  readonly written = new Map<string, bigint>();
  private last: Promise<unknown> = Promise.resolve();

  /** Runs the work when the turns before have ended, however they did. */
  turn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}

export class DeviceTurns {
  private readonly lines = new Map<bigint, { readonly line: DeviceLine; users: number }>();

  /** Runs the work with the line of that device, which all have in common whose work is under way. */
  async during<T>(deviceID: bigint, work: (line: DeviceLine) => Promise<T>): Promise<T> {
    const shared = this.lines.get(deviceID) ?? { line: new DeviceLine(), users: 0 };
    this.lines.set(deviceID, shared);
    shared.users += 1;
    try {
      return await work(shared.line);
    } finally {
      shared.users -= 1;
      if (shared.users === 0) this.lines.delete(deviceID);
    }
  }
}
