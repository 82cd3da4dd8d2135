/** Work on devices, one piece after another for each of them: what is read to be written again must not change between. */
export class DeviceQueues {
  private readonly last = new Map<string, Promise<unknown>>();
  private count = 0;

  /** Pieces of work that are not done, of all devices. */
  get waiting(): number {
    return this.count;
  }

  /** Does it when what came before for the same device is done, however that ended. */
  run<T>(device: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(device) ?? Promise.resolve();
    const done = before.then(work, work);
    this.count += 1;
    const settled = done
      .catch(() => undefined)
      .then(() => {
        this.count -= 1;
        if (this.last.get(device) === settled) this.last.delete(device);
      });
    this.last.set(device, settled);
    return done;
  }
}
