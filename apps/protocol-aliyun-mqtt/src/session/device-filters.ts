/** The filters that the client of a link holds, by the device that they name: each device may have so many. */
export class DeviceFilters {
  private readonly filters = new Map<string, Set<string>>();
  /** Filters of all devices together. */
  total = 0;

  /** How many the device has. */
  count(device: string): number {
    return this.filters.get(device)?.size ?? 0;
  }

  has(device: string, filter: string): boolean {
    return this.filters.get(device)?.has(filter) ?? false;
  }

  add(device: string, filter: string): void {
    const own = this.filters.get(device) ?? new Set();
    if (own.has(filter)) return;
    this.filters.set(device, own.add(filter));
    this.total += 1;
  }

  delete(device: string, filter: string): void {
    const own = this.filters.get(device);
    if (!own?.delete(filter)) return;
    this.total -= 1;
    if (own.size === 0) this.filters.delete(device);
  }
}
