/** Whose dm.rpc this node works with: ours, or unitedrhino's, which has neither our stream nor our services. */
export class DmKind {
  /** Found out by the first call of a service that only our dm.rpc has. */
  isForeign = false;
}
