/** A cache as unitedrhino's services and its SDK have: filled by a call, emptied by the news that names the key. */
import type { RhinoBus } from '../bus/rhino-bus';

export class EntryCache<T> {
  private readonly entries = new Map<string, Promise<T>>();

  private constructor(private readonly load: (key: string) => Promise<T>) {}

  /** @param name as in `cache:dm:product` */
  static async open<T>(bus: RhinoBus, name: string, load: (key: string) => Promise<T>): Promise<EntryCache<T>> {
    const cache = new EntryCache(load);
    await bus.subscribe(`server.cache.sync.${name}`, ({ data }) => void cache.entries.delete(data));
    return cache;
  }

  get(key: string): Promise<T> {
    const known = this.entries.get(key);
    if (known) return known;
    const loading = this.load(key);
    this.entries.set(key, loading);
    // An error is not remembered.
    loading.catch(() => this.entries.delete(key));
    return loading;
  }
}
