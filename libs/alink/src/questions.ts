/**
 * What a device asks that its message alone does not answer: somebody who holds the state does. The kinds of one domain are
 * a file in `questions/` and a line here; the kinds in `kinds/` make them, whoever answers one gives a {@link Reply}.
 */
import type { Json } from '@alink/thing-model';
import type { ConfigurationQuestion } from './questions/configuration';
import type { LogModeQuestion } from './questions/device-log';
import type { DesiredQuestion } from './questions/desired';
import type { JobQuestion } from './questions/jobs';
import type { ShadowQuestion } from './questions/shadow';
import type { SubSessionQuestion } from './questions/sub-sessions';
import type { TagQuestion } from './questions/tags';
import type { TimeQuestion } from './questions/time';
import type { TopologyQuestion } from './questions/topology';

export type { Configuration, ConfigurationForm, ConfigurationQuestion } from './questions/configuration';
export type { LogMode } from './questions/device-log';
export type { DesiredDeletion } from './questions/desired';
export type { Task, TaskStatus, TaskSummary, ToldStatus } from './questions/jobs';
export type { ShadowDocument, ShadowParts, ShadowRemoval, ShadowVersion } from './questions/shadow';
export type { SubDeviceLogin, SubSessionQuestion } from './questions/sub-sessions';
export type { Tag } from './questions/tags';
export type { TimeAnswer } from './questions/time';
export type {
  RefusedSubDevice,
  RegisteredSubDevice,
  SignedSubDevice,
  SubDeviceOfProduct,
  SubDeviceRegistration,
  TopologyQuestion,
} from './questions/topology';

export type Question =
  | TimeQuestion
  | DesiredQuestion
  | ShadowQuestion
  | TagQuestion
  | JobQuestion
  | ConfigurationQuestion
  | LogModeQuestion
  | TopologyQuestion
  | SubSessionQuestion;

export type QuestionKind = Question['kind'];

/** What is answered to a question. */
export interface Reply {
  /** 200, or the Alink code that says why not. */
  readonly code: number;
  /** The code's own words where absent. */
  readonly message?: string;
  readonly data?: Json;
}
