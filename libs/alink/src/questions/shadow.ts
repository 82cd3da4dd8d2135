/** The shadow of a device: one document of what it is and what it shall be ("Alibaba Cloud IoT documentation, 'Device shadow'"). */
import type { Json, JsonObject } from '@alink/thing-model';

/** What is to go: everything, or these attributes, at whatever depth. */
export type ShadowRemoval = null | { readonly [attribute: string]: ShadowRemoval };

export type ShadowQuestion =
  /** Answered with the {@link ShadowDocument}; 407 where there is none. */
  | { readonly kind: 'shadow.get' }
  /** Both are answered with the version that the shadow has now. */
  | {
      readonly kind: 'shadow.update';
      /** Greater than the one that is kept; -1 begins anew with 0. */
      readonly version: number;
      readonly reported?: JsonObject;
      /** What the device has done with. */
      readonly desired?: ShadowRemoval;
    }
  | {
      readonly kind: 'shadow.delete';
      readonly version: number;
      readonly reported?: ShadowRemoval;
      readonly desired?: ShadowRemoval;
    };

/** The two parts of a shadow. There is no desired one where nothing is desired. */
export interface ShadowParts {
  readonly reported: JsonObject;
  readonly desired?: JsonObject;
}

export interface ShadowDocument {
  readonly version: number;
  readonly state: ShadowParts;
  /** `{"timestamp":..}` in place of each value: unix seconds of its latest change. */
  readonly metadata: ShadowParts;
}

/** Data of the reply to a change. */
export type ShadowVersion = { readonly version: number } & { readonly [member: string]: Json };
