/** The thing model in memory: what a product's devices report, announce and can be asked to do. */

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** A number; its specs are kept as the text that the document gave, so that a document survives a round trip. */
export interface NumberType {
  readonly type: 'int' | 'float' | 'double';
  readonly min?: string;
  readonly max?: string;
  readonly step?: string;
  /** Initial value; unitedrhino's model has it, TSL has not. */
  readonly start?: string;
  readonly unit?: string;
  readonly unitName?: string;
}

/** 0 or 1 (`bool`), or one of some integers (`enum`): label by number. */
export interface LabelledType {
  readonly type: 'bool' | 'enum';
  readonly labels: ReadonlyMap<string, string>;
}

export interface TextType {
  readonly type: 'text';
  /** Longest value in bytes of UTF-8. */
  readonly length?: number;
}

/** Milliseconds since 1970 as a string of digits. */
export interface DateType {
  readonly type: 'date';
}

export interface StructType {
  readonly type: 'struct';
  readonly members: readonly Param[];
}

/** A list; a `matrix` (an array of rows) is an array whose item is an array. */
export interface ArrayType {
  readonly type: 'array';
  /** Most elements that a value may have. */
  readonly size?: number;
  readonly item: DataType;
}

export type DataType = NumberType | LabelledType | TextType | DateType | StructType | ArrayType;

/** A parameter of an event or a service, or a member of a struct. */
export interface Param {
  readonly identifier: string;
  readonly name: string;
  readonly dataType: DataType;
  /** True: a service call without it is refused. */
  readonly required: boolean;
}

interface DefinitionBase {
  /** As on the wire: bare in the default module, `<module>:<identifier>` in a custom one. */
  readonly identifier: string;
  readonly name: string;
  readonly desc: string;
  readonly required: boolean;
  /** Display name of the custom module; absent in the default module. */
  readonly moduleName?: string;
}

export interface Property extends DefinitionBase {
  readonly kind: 'property';
  readonly accessMode: 'r' | 'rw';
  readonly dataType: DataType;
  /** Values set while the device is offline wait for it; unitedrhino's model says so as `isUseShadow`, TSL has no word. */
  readonly useShadow?: true;
}

export interface ThingEvent extends DefinitionBase {
  readonly kind: 'event';
  /** `fault` is what TSL calls `error`. */
  readonly type: 'info' | 'alert' | 'fault';
  readonly output: readonly Param[];
}

/** A service; unitedrhino calls it an action. */
export interface Service extends DefinitionBase {
  readonly kind: 'service';
  readonly callType: 'async' | 'sync';
  /** `down`: the platform calls the device. `up` exists in unitedrhino's model only. */
  readonly dir: 'down' | 'up';
  readonly input: readonly Param[];
  readonly output: readonly Param[];
}

export type Definition = Property | ThingEvent | Service;

export interface ThingModel {
  readonly properties: readonly Property[];
  readonly events: readonly ThingEvent[];
  readonly services: readonly Service[];
}

/** How strictly values are held against the model (Alibaba Cloud IoT documentation, "What is a TSL model"). */
export type Validation = 'weak' | 'strong' | 'none';
