/**
 * Reads JSON as Go's encoding/json fills a struct: an unknown member is passed over, an absent one and a null are the zero
 * value, and a value of the wrong type is an error, for the whole message.
 */

type Fields = Readonly<Record<string, unknown>>;

/** As Go says it: `json: cannot unmarshal object into Go struct field CodeError.details of type string`. */
export class GoJsonError extends TypeError {
  override readonly name = 'GoJsonError';
}

const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'array';
  return value === null ? 'null' : typeof value;
};

const refuse = (value: unknown, where: string, type: string): never => {
  throw new GoJsonError(`json: cannot unmarshal ${kindOf(value)} into Go struct field ${where} of type ${type}`);
};

/** A struct's members, each read with what stands for its Go type. */
export class GoStruct {
  private constructor(
    private readonly fields: Fields,
    private readonly name: string,
  ) {}

  /**
   * @param name of the struct, for errors
   * @throws {SyntaxError | GoJsonError} on what is no JSON object
   */
  static parse(text: string, name: string): GoStruct {
    return GoStruct.of(JSON.parse(text) as unknown, name);
  }

  static of(value: unknown, name: string): GoStruct {
    if (value === undefined || value === null) return new GoStruct({}, name);
    if (kindOf(value) !== 'object') refuse(value, name, name);
    return new GoStruct(value as Fields, name);
  }

  text(member: string): string {
    const value = this.fields[member] ?? '';
    return typeof value === 'string' ? value : refuse(value, this.at(member), 'string');
  }

  /** `int64` as a JSON number. */
  int(member: string): number {
    const value = this.fields[member] ?? 0;
    return Number.isInteger(value) ? (value as number) : refuse(value, this.at(member), 'int64');
  }

  /** `int64` with the option `string`: digits in quotes, and nothing else. */
  intText(member: string): number {
    const value = this.fields[member];
    if (value === undefined || value === null) return 0;
    if (typeof value !== 'string' || !/^-?\d+$/.test(value)) return refuse(value, this.at(member), 'int64,string');
    return Number(value);
  }

  bool(member: string): boolean {
    const value = this.fields[member] ?? false;
    return typeof value === 'boolean' ? value : refuse(value, this.at(member), 'bool');
  }

  texts(member: string): string[] {
    const value = this.fields[member] ?? [];
    if (!Array.isArray(value)) return refuse(value, this.at(member), '[]string');
    return value.map((one: unknown) => (typeof one === 'string' ? one : refuse(one, this.at(member), 'string')));
  }

  /** `map[string]any`. */
  map(member: string): Fields {
    const value = this.fields[member] ?? {};
    return kindOf(value) === 'object' ? (value as Fields) : refuse(value, this.at(member), 'map[string]any');
  }

  /** The whole of it, where it is no struct but a `map[string]string`. */
  asTextMap(): Readonly<Record<string, string>> {
    for (const [key, value] of Object.entries(this.fields)) {
      if (typeof value !== 'string') refuse(value, this.at(key), 'string');
    }
    return this.fields as Readonly<Record<string, string>>;
  }

  /** `[]byte`: base64. */
  bytes(member: string): Buffer {
    const text = this.text(member);
    const bytes = Buffer.from(text, 'base64');
    return bytes.toString('base64') === text ? bytes : refuse(text, this.at(member), '[]uint8');
  }

  struct(member: string, name: string): GoStruct {
    return GoStruct.of(this.fields[member], name);
  }

  /** A slice of structs. */
  structs(member: string, name: string): GoStruct[] {
    const value = this.fields[member] ?? [];
    if (!Array.isArray(value)) return refuse(value, this.at(member), `[]${name}`);
    return value.map((one) => GoStruct.of(one, name));
  }

  /** `any`. */
  any(member: string): unknown {
    return this.fields[member];
  }

  has(member: string): boolean {
    return this.fields[member] !== undefined;
  }

  private at(member: string): string {
    return `${this.name}.${member}`;
  }
}
