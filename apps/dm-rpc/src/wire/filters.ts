/**
 * The filters of a list as a table: what each field of the request asks of a row. A field that is not served is refused by
 * its name, since a list that takes no notice of it answers with what nobody asked for. The compiler wants an entry for
 * every field, so a new one cannot be forgotten.
 */
import { Code } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import { isSet } from './extra';

/** Nothing here could tell the rows apart. */
export const notServed = Symbol('not served');
/** Restricts nothing: which page, in which order, what is told besides. */
export const noFilter = Symbol('no filter');

type Condition<Where> = Where | undefined | Promise<Where>;
type Filter<Request, Field extends keyof Request, Where> =
  ((value: NonNullable<Request[Field]>, request: Request) => Condition<Where>) | typeof notServed | typeof noFilter;

export type FilterTable<Request, Where> = {
  readonly [Field in keyof Request]-?: Filter<Request, Field, Where>;
};

/** 100018 that names the field. */
export const filterRefusal = (field: string): RpcError =>
  new RpcError(Code.notImplemented, `filter ${field} is not served`, { details: [field] });

/**
 * What the fields that are set ask of a row; all of it must hold.
 * @throws {RpcError} 100018 for a field that is not served, 100006 for a value that cannot be
 */
export const conditionsOf = async <Request extends object, Where>(
  table: FilterTable<Request, Where>,
  request: Request,
): Promise<Where[]> => {
  const conditions = (Object.keys(table) as (keyof Request & string)[]).map((field): Condition<Where> => {
    const filter = table[field];
    const value = request[field];
    if (filter === noFilter || !isSet(value)) return undefined;
    if (filter === notServed) throw filterRefusal(field);
    return filter(value as NonNullable<typeof value>, request);
  });
  return (await Promise.all(conditions)).filter((condition) => condition !== undefined);
};

/** @throws {RpcError} 100018 when one of the fields is set */
export const refuseFilters = <Request extends object>(
  request: Request,
  fields: readonly (keyof Request & string)[],
): void => {
  const field = fields.find((each) => isSet(request[each]));
  if (field !== undefined) throw filterRefusal(field);
};
