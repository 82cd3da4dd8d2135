import type { DataType, Json, ThingModel } from '@alink/thing-model';

/** An Alink report of the model's first property; undefined where the model has none. */
export const sampleReport = ({ properties: [property] }: ThingModel): string | undefined =>
  property &&
  JSON.stringify({
    id: '1',
    version: '1.0',
    params: { [property.identifier]: sampleValue(property.dataType) },
    method: 'thing.event.property.post',
  });

/** A value that even strong validation takes. */
const sampleValue = (type: DataType): Json => {
  switch (type.type) {
    case 'int':
    case 'float':
    case 'double':
      return Number(type.start ?? Math.min(Math.max(0, Number(type.min ?? 0)), Number(type.max ?? Infinity)));
    case 'bool':
      return 1;
    case 'enum':
      return Number([...type.labels.keys()][0] ?? 0);
    case 'text':
      return 'hello'.slice(0, type.length);
    case 'date':
      return '1700000000000';
    case 'struct':
      return Object.fromEntries(type.members.map(({ identifier, dataType }) => [identifier, sampleValue(dataType)]));
    case 'array':
      return type.size === 0 ? [] : [sampleValue(type.item)];
  }
};
