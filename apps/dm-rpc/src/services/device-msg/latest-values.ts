/** The latest value of each property of a device, as unitedrhino lists them. */
import {
  defaultValue,
  elementOf,
  hasNamedElements,
  nameOfElement,
  type DataType,
  type Property,
} from '@alink/thing-model';
import { plainValue } from '../../wire/plain-value';
import type { ProductModel } from '../product-manage/compiled-models';
import { elementsOf, type Stored } from './array-elements';

export interface LatestValue {
  /** Identifier, or `<identifier>.<index>` of an element. */
  readonly dataID: string;
  /** Identifier of the property that it is of. */
  readonly identifier: string;
  readonly dataName: string;
  readonly value: string;
  /** Unix milliseconds; 0 where nothing is known, and the value is that of the model. */
  readonly timestamp: bigint;
  /** Whether the device has told it, or took it. */
  readonly isKnown: boolean;
}

type Named = Pick<LatestValue, 'dataID' | 'identifier' | 'dataName'>;

/** @returns none for what is not known and has no value in the model either */
const valueOf = (named: Named, type: DataType, stored: Stored | undefined): LatestValue[] => {
  if (stored) return [known(named, stored, type)];
  // Of a matrix unitedrhino has none.
  if (type.type === 'array') return [];
  return [{ ...named, value: plainValue(JSON.stringify(defaultValue(type))), timestamp: 0n, isKnown: false }];
};

const known = (named: Named, { value, timestamp }: Stored, type?: DataType): LatestValue => ({
  ...named,
  value: plainValue(value, type),
  timestamp,
  isKnown: true,
});

const valuesOf = ({ identifier, name, dataType }: Property, latest: ReadonlyMap<string, Stored>): LatestValue[] => {
  if (!hasNamedElements(dataType)) {
    return valueOf({ dataID: identifier, identifier, dataName: name }, dataType, latest.get(identifier));
  }
  const elements = elementsOf(identifier, latest);
  const count = Math.max(elements.length, dataType.size ?? 0);
  return Array.from({ length: count }, (_, index) => {
    const named = { dataID: nameOfElement(identifier, index), identifier, dataName: nameOfElement(name, index) };
    return valueOf(named, dataType.item, elements[index]);
  }).flat();
};

/** In the model's order. Of what the model does not have, only what may be reported without it. */
export const latestValues = (
  { model, properties }: ProductModel,
  latest: ReadonlyMap<string, Stored>,
): LatestValue[] => {
  const inModel = [...properties.values()].flatMap((property) => valuesOf(property, latest));
  if (model.validation !== 'none') return inModel;
  const others = [...latest]
    .filter(([name]) => !properties.has(name) && !properties.has(elementOf(name)?.array ?? ''))
    .map(([name, stored]) => known({ dataID: name, identifier: name, dataName: '' }, stored));
  return [...inModel, ...others];
};
