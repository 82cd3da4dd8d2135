/** Tags of a device ("Alibaba Cloud IoT documentation, 'Device tags'"). */

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export type TagQuestion =
  | { readonly kind: 'tags.update'; readonly tags: readonly Tag[] }
  /** Answered with the tags that exist, as `Tag[]`. */
  | { readonly kind: 'tags.get'; readonly keys: readonly string[] }
  | { readonly kind: 'tags.delete'; readonly keys: readonly string[] };
