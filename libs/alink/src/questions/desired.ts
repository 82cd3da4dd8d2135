/** Values that properties shall have ("Alibaba Cloud IoT documentation, 'Desired device property values'"). */

/** A desired value that a device has done with. */
export interface DesiredDeletion {
  /** The property's identifier, with its module where it has one. */
  readonly name: string;
  /** Deleted only where it is still this one; any where absent. */
  readonly version?: number;
}

export type DesiredQuestion =
  /** Answered with an object of `{value, version}` by name; without those that nobody has set. */
  | { readonly kind: 'desired.get'; readonly names: readonly string[] }
  | { readonly kind: 'desired.delete'; readonly deletions: readonly DesiredDeletion[] };
