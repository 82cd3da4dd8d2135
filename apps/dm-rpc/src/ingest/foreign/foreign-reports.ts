/** Reports of foreign nodes where they come out of the stream: held against the thing model, and answered once they are kept. */
import { Code, type DeviceMessage } from '@alink/contract';
import type { Bus } from '@alink/bus';
import type { FoundDevice } from '../find-devices';
import type { Report, ReportOrigin } from '../report';
import type { ReportAnswer, TakenReport } from '../taken-report';
import { answerMessage, sendAnswer, type Answer } from './answer';
import { reportKindOf } from './kinds';
import type { OnlineByReport } from './online-by-report';

const answered = ({ method, msgToken, sys }: DeviceMessage, answer: Answer): ReportAnswer => ({
  code: answer.code,
  message: answerMessage({ method, msgToken, retMsg: sys?.retMsg === true }, answer),
  isAsked: sys?.noAsk !== true,
});

export class ForeignReports {
  constructor(
    private readonly bus: Bus,
    private readonly onlineByReport: OnlineByReport,
    /** Unix milliseconds. */
    private readonly now: () => number,
  ) {}

  /** What is to be kept of a report, and how it will be answered. Nothing happens yet. */
  take(report: Report, device: FoundDevice | undefined): TakenReport {
    const { message, foreign } = report;
    const kind = foreign && message && reportKindOf(message);
    if (!kind || !device) return { report, device, message };
    const checked = kind.check(message, device.product);
    const answer = checked.answer && answered(message, checked.answer);
    return { report, device, message: checked.message, answer };
  }

  /** It is committed: answers, and takes the device for online. */
  kept({ report, device, answer }: TakenReport): void {
    const { foreign } = report;
    if (!foreign || !device) return;
    const protocolCode = foreign.protocolCode || device.protocolCode;
    if (answer?.isAsked) this.send(report, { ...foreign, protocolCode }, answer);
    if (!device.isOnline) this.onlineByReport.reported(report, protocolCode);
  }

  /** The database takes it at no time. */
  refused(report: Report): void {
    const { message, foreign } = report;
    if (!message || !foreign || !reportKindOf(message)?.isAnswered) return;
    const answer = answered(message, { code: Code.database });
    if (answer.isAsked) this.send(report, foreign, answer);
  }

  private send({ productID, deviceName }: Report, foreign: ReportOrigin, { message }: ReportAnswer): void {
    sendAnswer(this.bus, { productID, deviceName, ...foreign }, message, this.now());
  }
}
