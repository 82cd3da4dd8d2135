export { applySteps, type Applied } from './apply';
export { differenceOf } from './difference';
export { exportPlatform, filesOfExport } from './export-platform';
export type { Scope } from './kind';
export { planOf, type Step, type Verb } from './plan';
export { readDocuments } from './read-documents';
export { titleOf, type Resource } from './resource';
export { writeDocuments } from './write-documents';
