/** Every kind of uplink that is more than a line in a device's log. A new one is a file, and its place here. */
import type { DeviceMessage, Handle } from '@alink/contract';
import type { QuestionKind } from './question-kind';
import type { ReportKind } from './report-kind';
import { config } from './questions/config';
import { gatewayStatus } from './questions/gateway-status';
import {
  bindSubDevices,
  foundSubDevices,
  registerSubDevices,
  topology,
  unbindSubDevices,
} from './questions/gateway-topology';
import { getStatus } from './questions/get-status';
import { otaOther, otaProgress, otaVersion } from './questions/ota';
import { reportInfo } from './questions/report-info';
import { sdkLogLevel, sdkLogReport } from './questions/sdk-log';
import { time } from './questions/time';
import { appBinding, gatewayOther } from './questions/unserved';
import { actionReply, controlReply, getReportReply } from './reports/answers';
import { call } from './reports/call';
import { eventPost } from './reports/event-post';
import { packReport } from './reports/pack-report';
import { propertyReport } from './reports/property-report';

const reports: ReadonlyMap<string, ReportKind> = new Map(
  [propertyReport, packReport, getReportReply, controlReply, eventPost, actionReply, call].map((kind) => [
    kind.method,
    kind as ReportKind,
  ]),
);

const questions: readonly QuestionKind[] = [
  getStatus,
  reportInfo,
  appBinding,
  time,
  config,
  sdkLogLevel,
  sdkLogReport,
  otaVersion,
  otaProgress,
  otaOther,
  registerSubDevices,
  bindSubDevices,
  unbindSubDevices,
  topology,
  foundSubDevices,
  ...gatewayStatus,
  gatewayOther,
];

/** What an uplink says of its kind. */
interface Named {
  readonly handle: Handle;
  readonly type: string;
  readonly method: string;
}

/** The kind of a report that has gone through the stream. */
export const reportKindOf = ({ method }: DeviceMessage): ReportKind | undefined => reports.get(method);

export const reportKind = ({ handle, type, method }: Named): ReportKind | undefined => {
  const kind = handle === 'thing' ? reports.get(method) : undefined;
  return kind?.type === type ? kind : undefined;
};

/** An answer is no question, also one of a kind that has no name here. */
export const questionKind = ({ handle, type, method }: Named): QuestionKind | undefined =>
  method.endsWith('Reply')
    ? undefined
    : questions.find(
        (kind) => kind.handle === handle && (kind.type ?? type) === type && (kind.method ?? method) === method,
      );
