/**
 * What our node works with: our own services, or unitedrhino's (联犀). Suites of the node run on both, with one body; where
 * unitedrhino's services cannot do what a test needs, the test says what, and the report why it is left out.
 */
import { Platform } from './platform';
import { UnitedrhinoPlatform } from './unitedrhino-platform';

/** What unitedrhino's services lack, each with the reason. */
const LACKING = {
  deviceAdmin: 'alink.DeviceAdmin is a service of our dm alone',
  deviceLogs: 'alink.DeviceLogs is a service of our dm alone',
  configurations: 'alink.Configurations is a service of our dm alone',
  topics: 'alink.Topics is a service of our dm alone',
  deviceJobs: 'alink.DeviceJobs is a service of our dm alone',
  productCa: 'its dm has no place for the CAs of products',
  callType: 'the struct of its thing model has no call type, so each service is asynchronous',
  sendMsg: 'its sendMsg answers success and sends nothing',
  storedOnSilence: 'its propertyGetReportSend has no stored values for a device that is silent',
  desired: 'its dm counts no versions of the values that wait for a device, and lets no device delete one',
  history: 'its dm takes the value that comes last for the current one, whatever its time',
  shadow: 'its dm keeps no document for a device',
  logUpdate: 'the played dm sends no log update; the spec of the node’s commands tries what becomes of one',
  moved: 'its dm tells no gateway device that another one has taken a sub-device of it',
  lastLogin: 'its device has no place for the login that a cloud publisher may use',
} as const;
export type Lack = keyof typeof LACKING;

export interface Backend {
  readonly name: string;
  /** Starts the services and the node. */
  start(): Promise<Platform>;
  /** How a caller hears that the node could not write a command to a device that is connected. */
  readonly undelivered: { readonly code: number; readonly message: unknown };
  /** Tests, in a group of their own, that need what not every backend has. */
  needs(lack: Lack, tests: () => void): void;
  /** Tests of what is said instead where it is lacking. */
  lacks(lack: Lack, tests: () => void): void;
}

const ours: Backend = {
  name: 'our services',
  start: () => Platform.start(),
  undelivered: { code: 2000003, message: expect.stringMatching(/unsubscribed/) },
  needs: (_lack, tests) => tests(),
  lacks: () => undefined,
};

const unitedrhino: Backend = {
  name: "unitedrhino's services",
  start: () => UnitedrhinoPlatform.startWith(),
  // Whatever comes back with another code than 200 is the device's refusal to it.
  undelivered: { code: 2000004, message: '指令发送失败' },
  needs: (lack, tests) => describe.skip(`left out, since ${LACKING[lack]}`, tests),
  lacks: (_lack, tests) => tests(),
};

export const backends: readonly Backend[] = [ours, unitedrhino];
