/** A thing model in unitedrhino's form: what it keeps of the document, and what messages are checked against. */
import { RhinoError } from '../wire/rhino-error';
import { formatDefine, takeValue, type Define } from './define';

export interface ModelParam {
  readonly identifier: string;
  readonly name: string;
  readonly required?: boolean;
  readonly define: Define;
}

interface Common {
  readonly identifier: string;
  readonly tag: number;
  readonly name: string;
  readonly desc: string;
  readonly required: boolean;
  readonly extendConfig: string;
  readonly isCanSceneLinkage: number;
  readonly isShareAuthPerm: number;
  readonly funcGroup: number;
  readonly controlMode: number;
  readonly userPerm: number;
  readonly recordMode: number;
  readonly isPassword: number;
  readonly order: number;
}
export interface ModelProperty extends Common {
  readonly mode: 'r' | 'rw';
  readonly define: Define;
  /** Whether a value waits for a device that is offline. */
  readonly isUseShadow: boolean;
  readonly isNoRecord: boolean;
}
export interface ModelEvent extends Common {
  readonly type: 'info' | 'alert' | 'fault';
  readonly params: readonly ModelParam[];
}
export interface ModelAction extends Common {
  readonly dir: 'up' | 'down';
  readonly input: readonly ModelParam[];
  readonly output: readonly ModelParam[];
}

type Params = Readonly<Record<string, unknown>>;

const refuse = (message: string): never => {
  throw new RhinoError(100006, [], message);
};

/** What stands where a definition says nothing. */
const UNSAID: Omit<Common, 'identifier'> = {
  tag: 0,
  name: '',
  desc: '',
  required: false,
  extendConfig: '',
  isCanSceneLinkage: 0,
  isShareAuthPerm: 0,
  funcGroup: 0,
  controlMode: 0,
  userPerm: 0,
  recordMode: 0,
  isPassword: 0,
  order: 0,
};

const common = (from: Common): Common => {
  const { identifier = '' } = from;
  // Its words begin with "no digit first"; its check lets one through.
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(identifier)) refuse(`标识符:${identifier}`);
  const said = Object.keys(UNSAID).filter((name) => name in from) as (keyof typeof UNSAID)[];
  return { identifier, ...UNSAID, ...Object.fromEntries(said.map((name) => [name, from[name]])) };
};

const param = ({ identifier, name, required, define }: ModelParam): ModelParam => ({
  identifier,
  name,
  ...(required !== undefined && { required }),
  define: formatDefine(define ?? ({} as Define)),
});

const property = (from: ModelProperty): ModelProperty => ({
  ...common(from),
  isPassword: from.isPassword || 2,
  mode: from.mode ?? 'rw',
  define: formatDefine(from.define ?? ({} as Define)),
  isUseShadow: from.isUseShadow ?? false,
  isNoRecord: from.isNoRecord ?? false,
});

const event = (from: ModelEvent): ModelEvent => {
  if (!['info', 'alert', 'fault'].includes(from.type)) refuse(`事件类型类型只能为info,alert及fault,收到:${from.type}`);
  return { ...common(from), type: from.type, params: (from.params ?? []).map(param) };
};

const action = (from: ModelAction): ModelAction => ({
  ...common(from),
  dir: from.dir || 'down',
  input: (from.input ?? []).map(param),
  output: (from.output ?? []).map(param),
});

/** The place of an array's item in its name: `arr.1` is the second one of `arr`. */
export const arrayName = (identifier: string): { readonly base: string; readonly isItem: boolean } => {
  const [base = '', place] = identifier.split('.');
  return { base, isItem: place !== undefined && /^\d+$/.test(place) };
};

export class RhinoModel {
  private constructor(
    readonly properties: readonly ModelProperty[] = [],
    readonly events: readonly ModelEvent[] = [],
    readonly actions: readonly ModelAction[] = [],
  ) {}

  static readonly empty = new RhinoModel();

  /**
   * Reads its model JSON. What its struct has no member for is lost.
   * @throws {RhinoError} 100006
   */
  static parse(text: string): RhinoModel {
    let document: { properties?: ModelProperty[]; events?: ModelEvent[]; actions?: ModelAction[] } | null = null;
    try {
      document = JSON.parse(text) as typeof document;
    } catch {
      refuse('模板的json格式不对');
    }
    const { properties = [], events = [], actions = [] } = document ?? {};
    return new RhinoModel(properties.map(property), events.map(event), actions.map(action));
  }

  /** The document, as `productSchemaTslRead` gives it. */
  text(productID: string): string {
    const { properties, events, actions } = this;
    // An empty list is left out.
    const lists = Object.entries({ properties, events, actions }).filter(([, list]) => list.length > 0);
    return JSON.stringify({ ...Object.fromEntries(lists), profile: { productID } });
  }

  property(identifier: string): ModelProperty | undefined {
    const exact = this.properties.find((one) => one.identifier === identifier);
    if (exact) return exact;
    const { base, isItem } = arrayName(identifier);
    return isItem ? this.properties.find((one) => one.identifier === base && one.define.type === 'array') : undefined;
  }

  event(identifier: string): ModelEvent | undefined {
    return this.events.find((one) => one.identifier === identifier);
  }

  action(identifier: string): ModelAction | undefined {
    return this.actions.find((one) => one.identifier === identifier);
  }

  /** The properties that it takes of a report or a command; undefined ones and those of a wrong type are left out. */
  takeProperties(params: Params): Record<string, unknown> {
    const taken: Record<string, unknown> = {};
    for (const [identifier, value] of Object.entries(params)) {
      const found = this.property(identifier);
      if (!found) continue;
      try {
        taken[identifier] = takeValue(found.define, value);
      } catch (error) {
        if (!(error instanceof RhinoError)) throw error;
      }
    }
    return taken;
  }

  /**
   * The parameters of an event.
   * @throws {RhinoError} 100006 for an event that the model has not, another type, or a parameter that is missing
   */
  takeEvent(identifier: string, type: string, params: Params): { type: string; params: Record<string, unknown> } {
    const found = this.event(identifier) ?? refuse100006('need right eventId');
    if (type !== '' && type !== found.type) throw new RhinoError(100006, [`err type:${type}`]);
    return { type: found.type, params: takeParams(found.params, params, true) };
  }

  /** @throws {RhinoError} 100006 for an action that the model has not, or a parameter that is missing */
  takeInput(actionID: string, params: Params): Record<string, unknown> {
    const found = this.action(actionID) ?? refuse100006('need right ActionID');
    return takeParams(found.input, params, false);
  }
}

const refuse100006 = (detail: string): never => {
  throw new RhinoError(100006, [detail]);
};

/** @param always whether a parameter is required whatever the model says of it */
const takeParams = (of: readonly ModelParam[], params: Params, always: boolean): Record<string, unknown> => {
  const taken: Record<string, unknown> = {};
  for (const { identifier, required = true, define } of of) {
    const value = params[identifier];
    if (value !== undefined) taken[identifier] = takeValue(define, value);
    else if (always || required) throw new RhinoError(100006, [`need param:${identifier}`]);
  }
  return taken;
};
