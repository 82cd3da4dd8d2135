/** Devices whose records tell of something else as well: of their product's thing model, of their gateway device. */
export class Dependents {
  private readonly devices = new Map<string, Set<string>>();

  /** @param what that the device's record tells of */
  add(what: string, device: string): void {
    const known = this.devices.get(what);
    if (known) known.add(device);
    else this.devices.set(what, new Set([device]));
  }

  remove(what: string, device: string): void {
    const known = this.devices.get(what);
    if (known?.delete(device) && known.size === 0) this.devices.delete(what);
  }

  /** Those whose records tell of it. */
  of(what: string): Iterable<string> {
    return this.devices.get(what) ?? [];
  }
}
