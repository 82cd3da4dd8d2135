/**
 * Devices and products from memory, else from dm.rpc in batches. In the steady state a CONNECT or a report costs no
 * call; while dm.rpc is away, what was known stays good.
 */
import { LRUCache } from 'lru-cache';
import type { Clock } from '@alink/runtime';
import { DirectoryUnavailable, type DeviceEntry, type DirectorySource, type Found, type ProductEntry } from './records';

/** Entries kept at most: some hundred bytes each. Above it the least recently used device costs one look-up again. */
const MAX_DEVICES = 200_000;
const MAX_PRODUCTS = 10_000;
/** Milliseconds after which an entry is asked for again, should an invalidation have been missed. */
const FRESH_MS = 10 * 60_000;
/** Milliseconds that "unknown" is believed: long enough to stop a flood, short enough for a device just created. */
const UNKNOWN_MS = 3_000;
/** Milliseconds that look-ups are gathered for one call, and how many go into one. */
const GATHER_MS = 2;
const MAX_BATCH = 500;
/** Calls under way at once. Under load the next one gathers until one has come back, so calls grow instead of piling up. */
const MAX_CALLS = 2;

interface Slot<T> {
  /** Undefined: known not to exist. */
  readonly value: T | undefined;
  readonly until: number;
  /** Must be asked for again; still good when dm.rpc is away. */
  stale: boolean;
}

interface Waiting {
  readonly productKey: string;
  /** Absent for a look-up of the product alone. */
  readonly deviceName?: string;
  readonly promise: Promise<void>;
  readonly settle: (error?: unknown) => void;
}

const deviceKey = (productKey: string, deviceName: string): string => `${productKey}/${deviceName}`;

export class DeviceDirectory {
  private readonly devices = new LRUCache<string, Slot<DeviceEntry>>({ max: MAX_DEVICES });
  private readonly products = new LRUCache<string, Slot<ProductEntry>>({ max: MAX_PRODUCTS });
  /** Invalidations name productIDs; devices dial ProductKeys. */
  private readonly keysOfProduct = new Map<string, Set<string>>();
  /** Look-ups gathered for the next call, and those whose call is under way. */
  private readonly waiting = new Map<string, Waiting>();
  private readonly asking = new Map<string, Waiting>();
  private gatherTimer: NodeJS.Timeout | undefined;
  private calls = 0;
  /** What changed while a call was under way: its answer may be older than the change. */
  private readonly changedMeanwhile = new Set<string>();

  constructor(
    private readonly source: DirectorySource,
    private readonly clock: Clock,
  ) {}

  /**
   * Who is this?
   * @throws {DirectoryUnavailable} dm.rpc is away and nothing is known from before
   */
  async find(productKey: string, deviceName: string): Promise<Found> {
    const key = deviceKey(productKey, deviceName);
    const known = this.fresh(this.devices, key);
    const product = this.fresh(this.products, productKey);
    if (known && product) return { product: product.value, device: known.value };
    try {
      await this.lookUp(productKey, deviceName);
    } catch (error) {
      const old = this.devices.get(key);
      if (!old?.value) throw error;
    }
    return { product: this.products.get(productKey)?.value, device: this.devices.get(key)?.value };
  }

  /** The product as known now; undefined when it is not in memory. Never asks. */
  product(productKey: string): ProductEntry | undefined {
    return this.products.get(productKey)?.value;
  }

  /** Creates a device at its first connect, and finds it. */
  async register(product: ProductEntry, deviceName: string): Promise<DeviceEntry | undefined> {
    await this.source.register(product, deviceName);
    this.devices.delete(deviceKey(product.productKey, deviceName));
    return (await this.find(product.productKey, deviceName)).device;
  }

  /** A device has changed: ask again at the next need. */
  deviceChanged(productID: string, deviceName: string): void {
    for (const productKey of this.productKeys(productID))
      this.markStale(this.devices, deviceKey(productKey, deviceName));
  }

  /** A product has changed: asks again at once, since live sessions read it without asking. */
  async productChanged(productID: string): Promise<void> {
    const keys = this.productKeys(productID);
    for (const key of keys) this.markStale(this.products, key);
    await Promise.all(keys.map((key) => this.lookUp(key)));
  }

  /** Messages may have been missed: everything is asked for again at the next need, products at once. */
  async everythingChanged(): Promise<void> {
    for (const key of this.devices.keys()) this.markStale(this.devices, key);
    const keys = [...this.products.keys()];
    for (const key of keys) this.markStale(this.products, key);
    await Promise.all(keys.map((key) => this.lookUp(key)));
  }

  /** The ProductKeys under which devices of this product dial in. */
  productKeys(productID: string): string[] {
    return [...new Set([productID, ...(this.keysOfProduct.get(productID) ?? [])])];
  }

  private fresh<T>(cache: LRUCache<string, Slot<T>>, key: string): Slot<T> | undefined {
    const slot = cache.get(key);
    return slot && !slot.stale && slot.until > this.clock.now() ? slot : undefined;
  }

  /** Joins the look-up under way for the same thing, or gathers it into the next call. */
  private lookUp(productKey: string, deviceName?: string): Promise<void> {
    const key = deviceName === undefined ? productKey : deviceKey(productKey, deviceName);
    const joined = this.waiting.get(key) ?? (this.changedMeanwhile.has(key) ? undefined : this.asking.get(key));
    if (joined) return joined.promise;
    let settle: Waiting['settle'] = () => undefined;
    const promise = new Promise<void>((resolve, reject) => {
      settle = (error) => (error === undefined ? resolve() : reject(error));
    });
    this.waiting.set(key, { productKey, deviceName, promise, settle });
    this.gatherTimer ??= setTimeout(() => {
      this.gatherTimer = undefined;
      this.askNext();
    }, GATHER_MS);
    return promise;
  }

  /** Begins as many calls as may be under way. */
  private askNext(): void {
    while (this.waiting.size > 0 && this.calls < MAX_CALLS) {
      const batch = new Map([...this.waiting].slice(0, MAX_BATCH));
      for (const key of batch.keys()) this.waiting.delete(key);
      this.calls += 1;
      void this.ask(batch).finally(() => {
        this.calls -= 1;
        this.askNext();
      });
    }
  }

  private async ask(batch: ReadonlyMap<string, Waiting>): Promise<void> {
    const asked = [...batch.values()];
    const refs = asked.flatMap(({ productKey, deviceName }) =>
      deviceName === undefined ? [] : [{ productKey, deviceName }],
    );
    // A product that is known need not be read and compiled again for each of its devices.
    const productKeys = [
      ...new Set(
        asked
          .filter(({ productKey, deviceName }) => deviceName === undefined || !this.fresh(this.products, productKey))
          .map(({ productKey }) => productKey),
      ),
    ];
    for (const [key, waiting] of batch) this.asking.set(key, waiting);
    try {
      const answer = await this.source.resolve(refs, productKeys);
      this.keep(refs, productKeys, answer);
      for (const { settle } of asked) settle();
    } catch (error) {
      const failure =
        error instanceof DirectoryUnavailable
          ? error
          : new DirectoryUnavailable('the look-up failed', { cause: error });
      for (const { settle } of asked) settle(failure);
    } finally {
      for (const [key, waiting] of batch) if (this.asking.get(key) === waiting) this.asking.delete(key);
      if (this.asking.size === 0) this.changedMeanwhile.clear();
    }
  }

  private keep(
    refs: readonly { productKey: string; deviceName: string }[],
    productKeys: readonly string[],
    answer: { devices: DeviceEntry[]; products: ProductEntry[] },
  ): void {
    const now = this.clock.now();
    const slotOf = <T>(key: string, value: T | undefined): Slot<T> => ({
      value,
      until: now + (value === undefined ? UNKNOWN_MS : FRESH_MS),
      stale: this.changedMeanwhile.has(key),
    });
    const products = new Map(answer.products.map((product) => [product.productKey, product]));
    for (const key of productKeys) {
      const product = products.get(key);
      this.products.set(key, slotOf(key, product));
      if (!product) continue;
      const keys = this.keysOfProduct.get(product.productID) ?? new Set();
      this.keysOfProduct.set(product.productID, keys.add(key));
    }
    const devices = new Map(answer.devices.map((device) => [deviceKey(device.productKey, device.deviceName), device]));
    for (const ref of refs) {
      const key = deviceKey(ref.productKey, ref.deviceName);
      this.devices.set(key, slotOf(key, devices.get(key)));
    }
  }

  private markStale<T>(cache: LRUCache<string, Slot<T>>, key: string): void {
    // `get` would make the key the latest used one, and whoever walks over all keys would meet it again, without end.
    const slot = cache.peek(key);
    if (slot) slot.stale = true;
    if (this.asking.size > 0) this.changedMeanwhile.add(key);
  }
}
