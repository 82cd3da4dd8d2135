/** Compiles the thing models that dm.rpc tells, and says once what of them cannot be taken. */
import { LRUCache } from 'lru-cache';
import type { Logger } from '@alink/runtime';
import { compileModel, importReadableParts, type CompiledModel, type Validation } from '@alink/thing-model';

/** Products and devices whose faults are remembered, so that each is logged once. */
const MAX_TOLD = 10_000;
/** Faults in one line of the log. */
const MAX_FAULTS = 20;

/** Whose model it is. */
export interface ModelOwner {
  readonly productID: string;
  /** Absent for the model of the whole product. */
  readonly deviceName?: string;
}

export class ProductModels {
  private readonly told = new LRUCache<string, string>({ max: MAX_TOLD });

  constructor(private readonly log: Logger) {}

  /**
   * Takes what can be read. A model of which nothing can be is no reason to refuse devices: their values are then
   * answered as undefined.
   * @param schema its JSON; empty where there is none
   * @param validation `weak`, `strong` or `none`
   */
  compile(owner: ModelOwner, schema: string, validation: string): CompiledModel | undefined {
    try {
      const { model, leftOut } = schema ? importReadableParts(schema) : { model: undefined, leftOut: [] };
      const faults = leftOut.slice(0, MAX_FAULTS).map(({ message }) => message);
      this.tell(owner, faults, 'parts of this thing model cannot be taken and are left out; the rest is in force');
      return compileModel(model, validation as Validation);
    } catch (error) {
      this.tell(owner, [String(error)], 'the thing model of this product cannot be read; import it again');
      return undefined;
    }
  }

  /** Once for each change: a model is read again every few minutes. */
  private tell(owner: ModelOwner, faults: readonly string[], words: string): void {
    const { productID, deviceName = '' } = owner;
    const key = `${productID}/${deviceName}`;
    const now = faults.join('\n');
    if ((this.told.get(key) ?? '') === now) return;
    this.told.set(key, now);
    if (faults.length > 0) this.log.error({ ...owner, faults }, words);
  }
}
