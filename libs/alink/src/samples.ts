/** Properties and events of several times, out of one message: what batch, history and pack have in common. */
import type { CompiledModel, Json } from '@alink/thing-model';
import type { EventSample, PropertySample, UplinkMessage } from './device-message';
import { isRecord } from './envelope';
import { readEvent } from './event-output';
import { harmless, rejectionProblem, type Problem } from './problem';
import { MAX_PROPERTIES, readValue, tooManyProperties, withoutPlace } from './property-values';
import { ANSWERED, failed } from './request-result';
import type { RequestResult, UplinkContext } from './route';
import { isTooFarAhead, tooFarAhead } from './sample-time';
import { saidOf, type SubDevice } from './sub-devices';

/** Events in one message (documentation, "Error codes for devices", 6356; its chapter on packs says 20). */
const MAX_EVENTS = 200;
/**
 * Samples in one message. No limit is documented; as many as fit into 256 KB when each has a time, the payload's own limit.
 * Those that have none are so short that tens of thousands would hold up every other device of the node.
 */
const MAX_SAMPLES = 8000;
/** Identifiers of refused values that a device is told, and its log: without validation's help there may be thousands. */
const MAX_REFUSED = 200;

/** Code of a property that the thing model does not have. */
const UNKNOWN = 6320;

export interface Samples {
  /** What the thing model took, a sample for each time, oldest first: many take the last for the current one. */
  readonly properties: readonly PropertySample[];
  readonly events: readonly EventSample[];
  /** Why values are missing, one for each identifier. */
  readonly problems: readonly Problem[];
  /** The same in words for the device, by identifier, both fit for a reply. */
  readonly refused: ReadonlyMap<string, string>;
}

/** Values that were measured at one time, and are still to be held against the thing model. */
interface Gathered {
  readonly timestamp: number;
  readonly values: Record<string, unknown>;
  count: number;
}

/** What stands under a wrong member of a message, in words. */
export const wrongShape = (what: string): Problem => ({
  code: 460,
  message: `request parameter error: ${what}`,
  step: 'Send the members as "Alibaba Cloud IoT documentation, \'Device properties, events, and services\'" has them.',
});

const tooManyEvents: Problem = {
  code: 6356,
  message: 'too many events',
  step: `Send at most ${MAX_EVENTS} events in one message.`,
};

const tooManySamples: Problem = {
  code: 6106,
  message: 'too many samples',
  step: `Send at most ${MAX_SAMPLES} samples of properties and events in one message.`,
};

export const noSamples: Problem = {
  code: 460,
  message: 'request parameter error: there is neither a property nor an event',
  step: 'Put at least one value under "properties" or "events".',
};

/** A member of a message that holds values by identifier. */
interface Form {
  readonly member: string;
  /** Identifiers in it. */
  readonly max: number;
  readonly tooMany: Problem;
}
const propertyForm: Form = { member: 'properties', max: MAX_PROPERTIES, tooMany: tooManyProperties };
const eventForm: Form = { member: 'events', max: MAX_EVENTS, tooMany: tooManyEvents };

/** What stands under an identifier: one sample, or a list of them. */
export type Each = 'sample' | 'list';

/** Gathers what one device sends of itself. Its methods return a problem where the message fails as a whole. */
export class SampleReader {
  private readonly gathered: Gathered[] = [];
  /** The one of {@link gathered} that further values of a time go to. */
  private readonly latest = new Map<number, Gathered>();
  private readonly events: EventSample[] = [];
  private readonly problems: Problem[] = [];
  private readonly refused = new Map<string, string>();

  /**
   * @param now unix milliseconds: the time of what has none
   * @param message how many samples were read of the message, by this and by the readers of other devices in it
   */
  constructor(
    private readonly now: number,
    private readonly model: CompiledModel,
    private readonly message = { samples: 0 },
  ) {}

  addProperties(given: unknown, each: Each): Problem | undefined {
    return this.addAll(propertyForm, given, each, (identifier, value) => this.addProperty(identifier, value));
  }

  addEvents(given: unknown, each: Each): Problem | undefined {
    return this.addAll(eventForm, given, each, (identifier, output) => this.addEvent(identifier, output));
  }

  /** Holds the properties against the thing model. */
  end(): Samples {
    const inOrder = this.gathered.sort((a, b) => a.timestamp - b.timestamp);
    const properties = inOrder.flatMap(({ timestamp, values }) => {
      const { accepted, rejected } = this.model.checkProperties(values);
      for (const rejection of rejected) this.refuse(rejection.identifier, rejectionProblem(rejection));
      return Object.keys(accepted).length > 0 ? [{ timestamp, params: accepted }] : [];
    });
    return { properties, events: this.events, problems: this.problems, refused: this.refused };
  }

  private addAll(
    { member, max, tooMany }: Form,
    given: unknown,
    each: Each,
    add: (identifier: string, value: unknown) => Problem | undefined,
  ): Problem | undefined {
    if (given === undefined || given === null) return undefined;
    if (!isRecord(given)) return wrongShape(`${member} is no object`);
    const entries = Object.entries(given);
    if (entries.length > max) return tooMany;
    for (const [identifier, value] of entries) {
      const values = each === 'list' ? value : [value];
      if (!Array.isArray(values)) return wrongShape(`${member} of ${harmless(identifier)} is no list`);
      this.message.samples += values.length;
      if (this.message.samples > MAX_SAMPLES) return tooManySamples;
      for (const one of values) {
        const problem = add(identifier, one);
        if (problem) return problem;
      }
    }
    return undefined;
  }

  private addProperty(identifier: string, given: unknown): Problem | undefined {
    const read = readValue(identifier, given, this.now, this.model);
    if ('step' in read) return this.refuse(identifier, read);
    if (isTooFarAhead(read.time, this.now)) return tooFarAhead(harmless(identifier));
    const sample = this.sampleFor(read.time, identifier);
    sample.values[identifier] = read.value;
    sample.count += 1;
    return undefined;
  }

  /** A property that comes twice with one time has two samples of it: neither is lost. */
  private sampleFor(timestamp: number, identifier: string): Gathered {
    const known = this.latest.get(timestamp);
    if (known && known.count < MAX_PROPERTIES && !Object.hasOwn(known.values, identifier)) return known;
    const sample = { timestamp, values: {}, count: 0 };
    this.latest.set(timestamp, sample);
    this.gathered.push(sample);
    return sample;
  }

  private addEvent(identifier: string, given: unknown): Problem | undefined {
    if (!isRecord(given)) return this.refuse(identifier, wrongShape(`event ${harmless(identifier)} is no object`));
    const read = readEvent(identifier, given, this.now, this.model);
    if ('step' in read) return this.refuse(identifier, read);
    const { timestamp, output } = read;
    if (isTooFarAhead(timestamp, this.now)) return tooFarAhead(harmless(identifier));
    const { accepted, rejected } = this.model.checkEvent(identifier, output);
    for (const rejection of rejected) this.refuse(identifier, rejectionProblem(rejection));
    if (rejected.length === 0) this.events.push({ eventID: identifier, timestamp, params: accepted });
    return undefined;
  }

  /** Of an identifier that is refused again and again, the first time tells all there is to tell. */
  private refuse(identifier: string, problem: Problem): undefined {
    const name = harmless(identifier);
    if (this.refused.has(name) || this.refused.size === MAX_REFUSED) return;
    this.refused.set(name, withoutPlace(problem.message, identifier));
    this.problems.push(problem);
  }
}

/** What one device says; or a gateway, of one of its sub-devices. */
export interface Said {
  readonly samples: Samples;
  readonly model: CompiledModel;
  /** Absent for the device whose message it is. */
  readonly of?: SubDevice;
}

/** Whether a device says nothing that could be kept. */
export const isEmpty = ({ properties, events }: Pick<Samples, 'properties' | 'events'>): boolean =>
  properties.length + events.length === 0;

/** Why nothing of what was said could be kept; weak validation only marks properties that the model does not have. */
const causeOf = ({ samples: { problems }, model }: Said): Problem | undefined =>
  model.validation === 'weak' ? problems.find(({ code }) => code !== UNKNOWN) : problems[0];

/** The part of the platform's message that holds what was said. */
const contentOf = (said: readonly Said[]): Pick<Pack, 'properties' | 'events' | 'subDevices'> => {
  const own = said.find(({ of }) => !of)?.samples;
  const subDevices = said.flatMap(({ of, samples }) => {
    if (!of || isEmpty(samples)) return [];
    const { properties, events } = samples;
    return [{ productID: of.productID, deviceName: of.deviceName, properties, events }];
  });
  const { properties = [], events = [] } = own ?? {};
  return { properties, events, ...(subDevices.length > 0 && { subDevices }) };
};

/**
 * Keeps what is valid and names the rest; fails where nothing is left ("What is a TSL model", data verification). Of several
 * devices each identifier that is refused is told once.
 */
export const keepValid = (
  said: readonly Said[],
  { id, now }: UplinkContext,
  mark?: { readonly history: true },
): RequestResult => {
  const problems = said
    .flatMap(({ samples, of }) => (of ? samples.problems.map((each) => saidOf(each, of)) : samples.problems))
    .slice(0, MAX_REFUSED);
  const refused = said.flatMap(({ samples }) => [...samples.refused]).slice(0, MAX_REFUSED);
  const data: Json | undefined = problems.length > 0 ? Object.fromEntries(refused) : undefined;
  if (said.some(({ samples }) => !isEmpty(samples))) {
    return { code: 200, data, message: packOf(id, now, { ...contentOf(said), ...mark }), problems };
  }
  if (problems.length === 0) return failed(noSamples);
  const cause = said.map(causeOf).find((problem) => problem !== undefined);
  return cause ? { code: cause.code, text: cause.message, problems } : { code: 200, data, problems };
};

type Pack = Extract<UplinkMessage, { method: 'packReport' }>;

/** The platform's message. @param now unix milliseconds of arrival */
export const packOf = (
  id: string,
  now: number,
  content: Pick<Pack, 'properties' | 'events' | 'subDevices' | 'history'>,
): RequestResult['message'] => ({
  handle: 'thing',
  type: 'property',
  body: { method: 'packReport', msgToken: id, timestamp: now, sys: ANSWERED, ...content },
});
