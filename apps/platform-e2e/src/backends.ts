/**
 * What our node works with: our own services, or unitedrhino's (联犀). Suites of the node run on both, with one body; where
 * unitedrhino's services cannot do what a test needs, the test says what, and the report why it is left out.
 */
import { Platform } from './platform';
import { UnitedrhinoPlatform } from './unitedrhino-platform';

/** What unitedrhino's services lack, each with the reason. */
const LACKING = {
  deviceAdmin: 'alink.DeviceAdmin is a service of our dm alone',
  credentials: 'alink.Credentials is a service of our dm alone',
  chosenProductSecret: 'unitedrhino draws each ProductSecret itself',
  callType: 'the struct of its thing model has no call type, so each service is asynchronous',
  sendMsg: 'its sendMsg answers success and sends nothing',
  undelivered: 'its dm says of every command that failed the same, whatever the cause (2000004)',
  storedOnSilence: 'its propertyGetReportSend has no stored values for a device that is silent',
  lastLogin: 'its device has no place for the login that a cloud publisher may use',
} as const;
export type Lack = keyof typeof LACKING;

export interface Backend {
  readonly name: string;
  /** Starts the services and the node. */
  start(): Promise<Platform>;
  /** Tests, in a group of their own, that need what not every backend has. */
  needs(lack: Lack, tests: () => void): void;
}

const ours: Backend = {
  name: 'our services',
  start: () => Platform.start(),
  needs: (_lack, tests) => tests(),
};

const unitedrhino: Backend = {
  name: "unitedrhino's services",
  start: () => UnitedrhinoPlatform.startWith(),
  needs: (lack, tests) => describe.skip(`left out, since ${LACKING[lack]}`, tests),
};

export const backends: readonly Backend[] = [ours, unitedrhino];
