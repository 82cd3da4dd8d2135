/** A thing model that cannot be taken; the message names the member of the document and the fault. */
export class ThingModelError extends Error {
  override readonly name = 'ThingModelError';
  constructor(
    /** Member of the document, for example `properties[2].dataType.specs.min`; empty for the document itself. */
    readonly path: string,
    readonly fault: string,
  ) {
    super(path ? `${path}: ${fault}` : fault);
  }
}
