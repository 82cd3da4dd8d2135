/** What a `dataID` names: a property, an element of an array (`list.0`), a member of a struct (`pos.lat`), or both (`track.0.x`). */
import type { DataType, Property } from '@alink/thing-model';
import { badParameter } from '../../wire/errors';
import { requireText } from '../../wire/fields';
import type { ProductModel } from '../product-manage/compiled-models';

export interface DataPlace {
  readonly dataID: string;
  readonly dataName: string;
  /** The property. */
  readonly identifier: string;
  /** The way from its value to the part that is meant, as PostgreSQL's `#>` takes it; empty for the whole. */
  readonly path: readonly string[];
  /** Undefined where the model does not say. */
  readonly type: DataType | undefined;
}

/** One step into a value. @returns what it is called there, and its type */
const step = (type: DataType | undefined, key: string): { name: string; type: DataType | undefined } => {
  if (type?.type === 'array') return { name: key, type: type.item };
  const member = type?.type === 'struct' ? type.members.find(({ identifier }) => identifier === key) : undefined;
  return { name: member?.name || key, type: member?.dataType };
};

const placeIn = ({ identifier, name, dataType }: Property, dataID: string, path: readonly string[]): DataPlace => {
  let type: DataType | undefined = dataType;
  const names = [name];
  for (const key of path) {
    const next = step(type, key);
    names.push(next.name);
    type = next.type;
  }
  return { dataID, dataName: names.join('.'), identifier, path, type };
};

/** Steps into a value at most: more than a model can nest. */
const MAX_STEPS = 8;

/**
 * @param field of the request, which names it
 * @throws {RpcError} 100006 for nothing, and for what the model does not have, unless devices may report anything
 */
export const placeOf = ({ model, properties }: ProductModel, dataID: string, field = 'dataID'): DataPlace => {
  requireText(field, dataID);
  const [identifier = '', ...path] = dataID.split('.');
  const property = properties.get(identifier);
  if (path.length > MAX_STEPS) throw badParameter(field, 'goes deeper than any model');
  if (property) return placeIn(property, dataID, path);
  if (model.validation !== 'none') throw badParameter(field, `names no property: ${dataID}`);
  return { dataID, dataName: '', identifier: dataID, path: [], type: undefined };
};
