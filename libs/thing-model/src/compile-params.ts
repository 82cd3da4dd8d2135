import { compileValue, isRecord, type Check } from './compile-value';
import { limits } from './limits';
import { Fault, faultMessage, ModelCode, type Rejection } from './rejection';
import type { Strictness } from './strictness';
import type { DataType, Json } from './types';

/** What is left of a message's values after the check. */
export interface Checked {
  /** The values to keep, converted where weak validation does so. */
  readonly accepted: Record<string, Json>;
  readonly rejected: Rejection[];
}

/** Takes the values of a message by identifier. Never throws. */
export type ParamsCheck = (params: unknown) => Checked;

export interface Slot {
  readonly identifier: string;
  readonly dataType: DataType;
  /** True: a message without it is faulty. */
  readonly required?: boolean;
}

/** What finds the check of a name that is no slot's, but means a part of one. */
export type PartCheck = (name: string) => Check | undefined;

/**
 * Compiles a set of named values to a checker.
 * @param slots the values that exist
 * @param unknownCode Alink code for a name that is not among them
 * @param strictness undefined lets everything pass
 */
export const compileParams = (
  slots: readonly Slot[],
  unknownCode: number,
  strictness: Strictness | undefined,
  partCheck?: PartCheck,
): ParamsCheck => {
  if (!strictness) return passParams;
  const checks = new Map<string, Check>(
    slots.map(({ identifier, dataType }) => [identifier, compileValue(dataType, identifier, strictness)]),
  );
  const required = slots.filter((slot) => slot.required).map((slot) => slot.identifier);
  return (params) => {
    const whole = wholeFault(params);
    if (whole) return whole;
    const values = params as Record<string, unknown>;
    const accepted: Record<string, Json> = {};
    const rejected: Rejection[] = [];
    for (const identifier in values) {
      const value = values[identifier];
      const check = checks.get(identifier) ?? partCheck?.(identifier);
      if (check === undefined) {
        const message = faultMessage('params not exist', identifier);
        rejected.push({ identifier, code: unknownCode, message, value });
        continue;
      }
      const result = check(value);
      if (result instanceof Fault) rejected.push({ identifier, code: result.code, message: result.message, value });
      else accepted[identifier] = result;
    }
    for (const identifier of required) {
      if (Object.hasOwn(values, identifier)) continue;
      const message = faultMessage('required param missing', identifier);
      rejected.push({ identifier, code: ModelCode.inputMissing, message, value: undefined });
    }
    return { accepted, rejected };
  };
};

/** Without validation everything passes as it is, short of what nothing behind it could store. */
const passParams: ParamsCheck = (params) => {
  const whole = wholeFault(params);
  if (whole) return whole;
  const values = params as Record<string, unknown>;
  const accepted: Record<string, Json> = {};
  const rejected: Rejection[] = [];
  for (const identifier in values) {
    const value = values[identifier];
    if (identifier === '__proto__' || !isStorable(value, 0)) {
      const message = faultMessage('not storable', identifier);
      rejected.push({ identifier, code: ModelCode.parameter, message, value });
    } else accepted[identifier] = value as Json;
  }
  return { accepted, rejected };
};

/** The fault of a message that is not worth looking into. */
const wholeFault = (params: unknown): Checked | undefined => {
  if (!isRecord(params)) {
    return refuseAll({ identifier: '', code: ModelCode.parameter, message: 'request parameter error', value: params });
  }
  let count = 0;
  for (const _ in params) {
    if (++count > limits.valuesPerMessage) {
      const message = `map size must less than ${limits.valuesPerMessage}`;
      return refuseAll({ identifier: '', code: ModelCode.tooMany, message, value: params });
    }
  }
  return undefined;
};

/** A result in which nothing was taken, for one reason. */
export const refuseAll = (rejection: Rejection): Checked => ({ accepted: {}, rejected: [rejection] });

/** JSON, not nested so deep that writing it out could exhaust the stack, and without a member that is not just data. */
const isStorable = (value: unknown, depth: number): boolean => {
  if (typeof value !== 'object') return value !== undefined;
  if (value === null) return true;
  if (depth === limits.freeNesting) return false;
  if (Array.isArray(value)) return value.every((element) => isStorable(element, depth + 1));
  return Object.entries(value).every(([key, member]) => key !== '__proto__' && isStorable(member, depth + 1));
};
