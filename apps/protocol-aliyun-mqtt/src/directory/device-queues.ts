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
    return this.runTogether([device], work);
  }

  /** The same for work on several: what came before for any of them is done. */
  runTogether<T>(devices: readonly string[], work: () => Promise<T>): Promise<T> {
    const done = Promise.all(devices.map((device) => this.last.get(device))).then(work);
    this.count += 1;
    const settled = done
      .catch(() => undefined)
      .then(() => {
        this.count -= 1;
        for (const device of devices) if (this.last.get(device) === settled) this.last.delete(device);
      });
    for (const device of devices) this.last.set(device, settled);
    return done;
  }
}
