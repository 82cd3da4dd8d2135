/** Definitions of a thing model as the platform takes and lists them. */
import { affordanceOf, definitionsOf, type ThingModel } from '@alink/thing-model';
import { YesNo } from '@alink/contract/enumerations';

/** By `type` of a definition. */
const TYPES: Readonly<Record<string, string>> = { 1: 'property', 2: 'event', 3: 'service' };

export const definitionType = (type: string): string => TYPES[type] ?? type;

/** In the form of requests. */
export const definitionInputs = (model: ThingModel) =>
  definitionsOf(model).map((each) => {
    const { identifier, type, name, desc, required, affordance } = affordanceOf(each);
    return {
      identifier,
      type,
      required: required ? YesNo.yes : YesNo.no,
      name: { value: name },
      desc: { value: desc },
      affordance: { value: affordance },
    };
  });
