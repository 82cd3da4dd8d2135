/**
 * Devices and products from memory, else from dm.rpc in batches. In the steady state a CONNECT or a report costs no
 * call; while dm.rpc is away, what was known stays good.
 */
import { LRUCache } from 'lru-cache';
import type { Clock } from '@alink/runtime';
import type { CompiledModel } from '@alink/thing-model';
import { Dependents } from './dependents';
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
/** Calls made for one answer when the device changes meanwhile. */
const MAX_LOOKS = 5;

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

/** A call to dm.rpc that is under way. */
interface Call {
  readonly batch: ReadonlyMap<string, Waiting>;
  /** What has changed since it began: its answer may be older than the change. */
  readonly changed: Set<string>;
}

const deviceKey = (productKey: string, deviceName: string): string => `${productKey}/${deviceName}`;

export class DeviceDirectory {
  private readonly devices = new LRUCache<string, Slot<DeviceEntry>>({
    max: MAX_DEVICES,
    dispose: ({ value }, key) => value && this.forgetTies(value, key),
  });
  private readonly products = new LRUCache<string, Slot<ProductEntry>>({ max: MAX_PRODUCTS });
  /** Invalidations name productIDs; devices dial ProductKeys. */
  private readonly keysOfProduct = new Map<string, Set<string>>();
  /** Devices with thing models of their own, by the productID whose changes concern these too. */
  private readonly ownModels = new Dependents();
  /** Sub-devices, by their gateway device, whose end detaches them all. */
  private readonly attached = new Dependents();
  /** Look-ups gathered for the next call, and those that let them go first. */
  private readonly waiting = new Map<string, Waiting>();
  private readonly patient = new Map<string, Waiting>();
  private readonly calls = new Set<Call>();
  private gatherTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly source: DirectorySource,
    private readonly clock: Clock,
  ) {}

  /**
   * Who is this? While dm.rpc is away, what was known stays good.
   * @param isPatient whether others who ask meanwhile are answered first
   * @throws {DirectoryUnavailable} dm.rpc is away and nothing is known from before
   */
  async find(productKey: string, deviceName: string, isPatient = false): Promise<Found> {
    try {
      return await this.current(productKey, deviceName, isPatient);
    } catch (error) {
      const device = this.devices.get(deviceKey(productKey, deviceName))?.value;
      if (!device) throw error;
      return { product: this.products.get(productKey)?.value, device };
    }
  }

  /**
   * Who is this, with every change that was heard of before the answer?
   * @throws {DirectoryUnavailable} dm.rpc is away and what is known may be out of date
   */
  async current(productKey: string, deviceName: string, isPatient = false): Promise<Found> {
    for (let looks = 0; ; looks++) {
      const device = this.fresh(this.devices, deviceKey(productKey, deviceName));
      const product = this.fresh(this.products, productKey);
      if (device && product) return { product: product.value, device: device.value };
      if (looks === MAX_LOOKS) throw new DirectoryUnavailable('it changes faster than dm.rpc can be asked');
      // It may have changed while the call was under way: then the answer counts for nothing.
      await (device ? this.lookUp(isPatient, productKey) : this.lookUp(isPatient, productKey, deviceName));
    }
  }

  /**
   * Who is this, looked up now? For what is refused on a record whose change may not have been heard of yet.
   * @throws {DirectoryUnavailable} dm.rpc is away
   */
  renewed(productKey: string, deviceName: string): Promise<Found> {
    this.markStale(this.devices, deviceKey(productKey, deviceName));
    if (!this.product(productKey)?.enabled) this.markStale(this.products, productKey);
    return this.current(productKey, deviceName);
  }

  /** Whether {@link current} would answer from memory. */
  isCurrent(productKey: string, deviceName: string): boolean {
    const device = this.fresh(this.devices, deviceKey(productKey, deviceName));
    return device !== undefined && this.fresh(this.products, productKey) !== undefined;
  }

  /** The device as known, be that out of date; undefined when it is not in memory. Never asks. */
  known(productKey: string, deviceName: string): DeviceEntry | undefined {
    return this.devices.peek(deviceKey(productKey, deviceName))?.value;
  }

  /** The product as known now; undefined when it is not in memory. Never asks. */
  product(productKey: string): ProductEntry | undefined {
    return this.products.get(productKey)?.value;
  }

  /** The thing model that the device's values are checked against, as known now. Never asks. */
  model(productKey: string, deviceName: string): CompiledModel | undefined {
    return this.known(productKey, deviceName)?.model ?? this.product(productKey)?.model;
  }

  /** The product of a session as known now, else as it was at its login. Never asks. */
  productOf(productKey: string, atLogin: ProductEntry): ProductEntry {
    return this.product(productKey) ?? atLogin;
  }

  /** Creates a device at its first connect, and finds it. */
  async register(product: ProductEntry, deviceName: string): Promise<DeviceEntry | undefined> {
    await this.source.register(product, deviceName);
    this.markStale(this.devices, deviceKey(product.productKey, deviceName));
    return (await this.find(product.productKey, deviceName)).device;
  }

  /** A device has changed: ask again at the next need. */
  deviceChanged(productID: string, deviceName: string): void {
    for (const productKey of this.productKeys(productID))
      this.markStale(this.devices, deviceKey(productKey, deviceName));
    for (const key of this.attached.of(deviceKey(productID, deviceName))) this.markStale(this.devices, key);
  }

  /** A product has changed: ask again at the next need. */
  productChanged(productID: string): void {
    for (const productKey of this.productKeys(productID)) this.markStale(this.products, productKey);
    // What they are checked against is made of its model and theirs.
    for (const key of this.ownModels.of(productID)) this.markStale(this.devices, key);
  }

  /** Messages may have been missed: everything is asked for again at the next need. */
  everythingChanged(): void {
    for (const key of this.devices.keys()) this.markStale(this.devices, key);
    for (const key of this.products.keys()) this.markStale(this.products, key);
    for (const { batch, changed } of this.calls) {
      for (const [key, { productKey }] of batch) changed.add(key).add(productKey);
    }
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
  private lookUp(isPatient: boolean, productKey: string, deviceName?: string): Promise<void> {
    const key = deviceName === undefined ? productKey : deviceKey(productKey, deviceName);
    const underWay = [...this.calls].find(({ batch, changed }) => batch.has(key) && !changed.has(key));
    const joined = this.waiting.get(key) ?? underWay?.batch.get(key) ?? this.patient.get(key);
    if (joined) {
      if (!isPatient && this.patient.delete(key)) this.waiting.set(key, joined);
      return joined.promise;
    }
    let settle: Waiting['settle'] = () => undefined;
    const promise = new Promise<void>((resolve, reject) => {
      settle = (error) => (error === undefined ? resolve() : reject(error));
    });
    const queue = isPatient ? this.patient : this.waiting;
    queue.set(key, { productKey, deviceName, promise, settle });
    this.gatherTimer ??= setTimeout(() => {
      this.gatherTimer = undefined;
      this.askNext();
    }, GATHER_MS);
    return promise;
  }

  /** Begins as many calls as may be under way. */
  private askNext(): void {
    while (this.waiting.size + this.patient.size > 0 && this.calls.size < MAX_CALLS) {
      const batch = new Map<string, Waiting>();
      for (const queue of [this.waiting, this.patient]) {
        for (const [key, waiting] of queue) {
          if (batch.size === MAX_BATCH) break;
          batch.set(key, waiting);
          queue.delete(key);
        }
      }
      const call = { batch, changed: new Set<string>() };
      this.calls.add(call);
      void this.ask(call).finally(() => {
        this.calls.delete(call);
        this.askNext();
      });
    }
  }

  private async ask({ batch, changed }: Call): Promise<void> {
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
    try {
      const answer = await this.source.resolve(refs, productKeys);
      this.keep(refs, productKeys, answer, changed);
      for (const { settle } of asked) settle();
    } catch (error) {
      const failure =
        error instanceof DirectoryUnavailable
          ? error
          : new DirectoryUnavailable('the look-up failed', { cause: error });
      for (const { settle } of asked) settle(failure);
    }
  }

  private keep(
    refs: readonly { productKey: string; deviceName: string }[],
    productKeys: readonly string[],
    answer: { devices: DeviceEntry[]; products: ProductEntry[] },
    changed: ReadonlySet<string>,
  ): void {
    const now = this.clock.now();
    const slotOf = <T>(value: T | undefined, ...keys: string[]): Slot<T> => ({
      value,
      until: now + (value === undefined ? UNKNOWN_MS : FRESH_MS),
      stale: keys.some((key) => changed.has(key)),
    });
    // A change names the productID, and this may be the first that is heard of whose it is.
    const products = new Map(answer.products.map((product) => [product.productKey, product]));
    for (const key of productKeys) {
      const product = products.get(key);
      this.products.set(key, slotOf(product, key, product?.productID ?? key));
      if (!product) continue;
      const keys = this.keysOfProduct.get(product.productID) ?? new Set();
      this.keysOfProduct.set(product.productID, keys.add(key));
    }
    const devices = new Map(answer.devices.map((device) => [deviceKey(device.productKey, device.deviceName), device]));
    for (const ref of refs) {
      const key = deviceKey(ref.productKey, ref.deviceName);
      const device = devices.get(key);
      this.devices.set(key, slotOf(device, key, deviceKey(device?.productID ?? ref.productKey, ref.deviceName)));
      if (device) this.noteTies(device, key);
    }
  }

  private noteTies({ productID, model, gateway }: DeviceEntry, key: string): void {
    if (model) this.ownModels.add(productID, key);
    if (gateway) this.attached.add(deviceKey(gateway.productID, gateway.deviceName), key);
  }

  private forgetTies({ productID, model, gateway }: DeviceEntry, key: string): void {
    if (model) this.ownModels.remove(productID, key);
    if (gateway) this.attached.remove(deviceKey(gateway.productID, gateway.deviceName), key);
  }

  private markStale<T>(cache: LRUCache<string, Slot<T>>, key: string): void {
    // `get` would make the key the latest used one, and whoever walks over all keys would meet it again, without end.
    const slot = cache.peek(key);
    if (slot) slot.stale = true;
    for (const { changed } of this.calls) changed.add(key);
  }
}
