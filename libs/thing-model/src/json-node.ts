import { ThingModelError } from './thing-model-error';
import type { JsonObject } from './types';

/** A member of a JSON document that knows where it stands, so that every complaint names its place. */
export class JsonNode {
  constructor(
    private readonly value: unknown,
    readonly path: string,
  ) {}

  /** Always throws. */
  fail(fault: string): never {
    throw new ThingModelError(this.path, fault);
  }

  get present(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  has(key: string): boolean {
    return isObject(this.value) && Object.hasOwn(this.value, key);
  }

  /** A member; absent when this is absent or has none of that name. */
  member(key: string): JsonNode {
    if (this.present && !isObject(this.value)) this.fail('must be an object');
    return new JsonNode(
      this.has(key) ? (this.value as JsonObject)[key] : undefined,
      this.path ? `${this.path}.${printable(key)}` : printable(key),
    );
  }

  /** Elements of an array; none when it is absent. */
  list(most: number): JsonNode[] {
    if (!this.present) return [];
    if (!Array.isArray(this.value)) this.fail('must be an array');
    if (this.value.length > most) this.fail(`holds ${this.value.length} elements, ${most} are allowed`);
    return this.value.map((value, index) => new JsonNode(value, `${this.path}[${index}]`));
  }

  /** Members of an object with string values; none when it is absent. */
  labels(most: number, longest: number): ReadonlyMap<string, string> {
    const labels = new Map<string, string>();
    if (!this.present) return labels;
    if (!isObject(this.value)) this.fail('must be an object');
    for (const key of Object.keys(this.value)) {
      if (labels.size === most) this.fail(`holds more than ${most} members`);
      labels.set(key, this.member(key).text(longest));
    }
    return labels;
  }

  text(longest: number): string {
    if (typeof this.value !== 'string') this.fail(this.present ? 'must be a string' : 'is missing');
    if (this.value.length > longest) this.fail(`is longer than ${longest} characters`);
    return this.value;
  }

  /** Text, or undefined when it is absent or empty. */
  optionalText(longest: number): string | undefined {
    return this.present ? this.text(longest) || undefined : undefined;
  }

  oneOf<T extends string>(choices: readonly T[]): T {
    const chosen = choices.find((choice) => choice === this.value);
    return chosen ?? this.fail(this.present ? `must be one of ${choices.join(', ')}` : 'is missing');
  }

  /** A JSON boolean; documents also carry it as text or 0 and 1. False when it is absent. */
  flag(): boolean {
    if (!this.present || this.value === '') return false;
    if (this.value === true || this.value === 'true' || this.value === 1 || this.value === '1') return true;
    if (this.value === false || this.value === 'false' || this.value === 0 || this.value === '0') return false;
    return this.fail('must be true or false');
  }

  /** A number, given as such or as text; kept as text. Undefined when it is absent or empty. */
  decimal(): string | undefined {
    if (!this.present || this.value === '') return undefined;
    const text = typeof this.value === 'number' ? String(this.value) : this.text(64);
    if (!isDecimal(text)) this.fail('must be a number');
    return text;
  }

  /** A whole number from `least` to `most`, given as such or as text. Undefined when it is absent or empty. */
  count(least: number, most: number): number | undefined {
    const text = this.decimal();
    if (text === undefined) return undefined;
    const count = Number(text);
    if (!Number.isInteger(count) || count < least || count > most) {
      this.fail(`must be a whole number from ${least} to ${most}`);
    }
    return count;
  }
}

/** A name, fit for a message and a terminal: members and modules are named by whoever wrote the document. */
export const printable = (name: string, longest = 64): string =>
  /^\w{1,20}$/.test(name) ? name : name.slice(0, longest).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** True for the text of a finite decimal number. */
export const isDecimal = (text: string): boolean => text.length <= 64 && decimal.test(text) && isFinite(Number(text));
