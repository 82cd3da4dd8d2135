import { elementChecks } from './array-elements';
import { compileParams, refuseAll, type Checked, type OtherCheck, type ParamsCheck } from './compile-params';
import { faultMessage, ModelCode } from './rejection';
import { ofCommands, ofReports, type Strictness } from './strictness';
import type { Param, Service, ThingEvent, ThingModel, Validation } from './types';

/** What came of an event: its type as the model has it (`info` where it has none), and its values. */
export interface CheckedEvent extends Checked {
  readonly type: ThingEvent['type'];
}

export interface Shape {
  /** Whether it is made of members, and one of them is called `value`, as the member of Alink's `{"value","time"}` is. */
  readonly hasValueMember: boolean;
}

/** An event as the model has it. */
export interface EventShape extends Shape {
  readonly type: ThingEvent['type'];
}

/** A thing model as the node and dm use it. No method throws, whatever a device sent. */
export interface CompiledModel {
  readonly validation: Validation;
  /** What it was compiled of. */
  readonly definitions: ThingModel;
  /** Reported values by identifier, already taken out of Alink's `{"value","time"}` form. */
  checkProperties(params: unknown): Checked;
  /** As {@link checkProperties}, in unitedrhino's form: elements of an array may be reported one by one, as `list.0`. */
  checkWithElements(params: unknown): Checked;
  /**
   * Values for a property set, single elements of an array among them. Also of properties that are marked as read-only:
   * whether it can be set, the device knows.
   */
  checkSettings(params: unknown): Checked;
  /** An event is good when nothing was rejected; an unknown one is rejected as a whole (6304). */
  checkEvent(identifier: string, output: unknown): CheckedEvent;
  /** The input of a service call; an unknown service is rejected as a whole (6206). */
  checkServiceInput(identifier: string, input: unknown): Checked;
  /** What a device answered to a service call. */
  checkServiceOutput(identifier: string, output: unknown): Checked;
  /** What is known of a property; undefined when the model has none of that name. */
  property(identifier: string): Shape | undefined;
  /** What is known of an event; undefined when the model has none of that name. */
  event(identifier: string): EventShape | undefined;
  /** How a service is called; undefined when the model has none of that name. */
  service(identifier: string): { readonly callType: Service['callType'] } | undefined;
}

/**
 * Compiles a model to checkers.
 * @param model undefined (a product without a thing model) knows nothing, so that only `none` lets anything pass
 * @param validation how strictly, see strictness.ts: what devices are told is held to ranges whatever it is, except that
 * `none` passes everything as it is
 */
export const compileModel = (model: ThingModel | undefined, validation: Validation): CompiledModel => {
  const definitions = model ?? emptyModel;
  const { properties, events, services } = definitions;
  const reported = ofReports[validation];
  const told = ofCommands[validation];
  // Neither a report nor a set need hold every property, required or not.
  const values = properties.map(({ identifier, dataType }) => ({ identifier, dataType }));
  const checkOf = (strictness: Strictness | undefined, other?: OtherCheck) =>
    compileParams(values, ModelCode.propertyUnknown, strictness, other);
  const withElements = (strictness: Strictness | undefined) =>
    checkOf(strictness, strictness && elementChecks(values, strictness));
  const shapes = new Map(
    properties.map(({ identifier, dataType }) => [
      identifier,
      { hasValueMember: dataType.type === 'struct' && hasValueMember(dataType.members) },
    ]),
  );
  const params = (slots: ThingEvent['output'], strictness = reported) =>
    compileParams(slots, ModelCode.memberUnknown, strictness);
  const eventChecks = new Map(
    events.map(({ identifier, type, output }) => [
      identifier,
      { type, check: params(output), hasValueMember: hasValueMember(output) },
    ]),
  );
  const serviceChecks = new Map(
    services.map(({ identifier, callType, input, output }) => [
      identifier,
      { callType, input: params(input, told), output: params(output) },
    ]),
  );
  const unknown = (code: number, identifier: string, value: unknown): Checked =>
    validation === 'none'
      ? passThrough(value)
      : refuseAll({ identifier, code, message: faultMessage('params not exist', identifier), value });

  return {
    validation,
    definitions,
    checkProperties: checkOf(reported),
    checkWithElements: withElements(reported),
    checkSettings: withElements(told),
    checkEvent: (identifier, output) => {
      const event = eventChecks.get(identifier);
      const { accepted, rejected } = event ? event.check(output) : unknown(ModelCode.memberUnknown, identifier, output);
      return { type: event?.type ?? 'info', accepted, rejected };
    },
    checkServiceInput: (identifier, input) =>
      serviceChecks.get(identifier)?.input(input) ?? unknown(ModelCode.serviceUnknown, identifier, input),
    checkServiceOutput: (identifier, output) =>
      serviceChecks.get(identifier)?.output(output) ?? unknown(ModelCode.serviceUnknown, identifier, output),
    property: (identifier) => shapes.get(identifier),
    event: (identifier) => eventChecks.get(identifier),
    service: (identifier) => serviceChecks.get(identifier),
  };
};

const hasValueMember = (members: readonly Param[]): boolean => members.some(({ identifier }) => identifier === 'value');

const emptyModel: ThingModel = { properties: [], events: [], services: [] };

const passThrough: ParamsCheck = compileParams([], ModelCode.memberUnknown, undefined);
