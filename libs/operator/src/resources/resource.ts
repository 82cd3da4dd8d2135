import type { AnyKind } from './kind';

/** A document: what its writer wants to be there. */
export interface Resource {
  readonly kind: AnyKind;
  readonly spec: object;
  /** `products/thermo.yaml:12`, for people. */
  readonly where: string;
}

/** `Product aliyun_test_01`. */
export const titleOf = ({ kind, spec }: Pick<Resource, 'kind' | 'spec'>): string => `${kind.name} ${kind.idOf(spec)}`;
