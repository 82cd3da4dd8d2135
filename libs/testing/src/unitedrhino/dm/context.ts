/** What the parts of the dm share. */
import type { RhinoBus } from '../bus/rhino-bus';
import type { Applications } from './applications';
import type { Notices } from './notices';
import type { Presence } from './presence';
import type { DmState } from './state';

export interface DmContext {
  readonly state: DmState;
  readonly bus: RhinoBus;
  readonly notices: Notices;
  readonly applications: Applications;
  readonly presence: Presence;
}
