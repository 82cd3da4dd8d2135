export { importModelFiles, importReadableParts, importThingModel, type ModelFile } from './import-thing-model';
export { exportTsl, exportTslFiles, type TslOptions } from './export-tsl';
export { reduceTsl } from './reduce-tsl';
export { exportModel } from './export-model';
export { affordanceOf, definitionFrom, type Affordance } from './affordance';
export { assembleModel, definitionsOf } from './assemble-model';
export { elementOf, hasNamedElements, nameOfElement, propertyTypes, type ArrayElement } from './array-elements';
export { defaultValue, foreignValue } from './foreign-value';
export { compileModel, type CheckedEvent, type CompiledModel } from './compile-model';
export type { Checked } from './compile-params';
export { ModelCode, type Rejection } from './rejection';
export { ThingModelError } from './thing-model-error';
export type {
  ArrayType,
  DataType,
  Definition,
  Json,
  JsonObject,
  LabelledType,
  NumberType,
  Param,
  Property,
  Service,
  TextType,
  ThingEvent,
  ThingModel,
  Validation,
} from './types';
