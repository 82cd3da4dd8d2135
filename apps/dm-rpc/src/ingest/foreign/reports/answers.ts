/** Answers of devices to commands: passed on as they are, and not answered themselves. */
import type { DeviceMessage, Json } from '@alink/contract';
import { isObject, isText } from '../../../wire/shape';
import { codeOr } from '../../fit';
import type { ForeignMessage } from '../uplink';
import type { ReportKind } from '../report-kind';

const outcomeOf = ({ members }: ForeignMessage) => ({
  code: codeOr(members['code'], 0),
  msg: isText(members['msg']) ? members['msg'] : undefined,
  data: members['data'] as Json | undefined,
});

const asItIs = (message: DeviceMessage) => ({ message });

export const controlReply: ReportKind<'controlReply'> = {
  method: 'controlReply',
  type: 'property',
  isAnswered: false,
  read: (message, base) => ({ ...base, method: 'controlReply', ...outcomeOf(message) }),
  check: asItIs,
};

/** Its values are reported with it, and so held against the thing model. */
export const getReportReply: ReportKind<'getReportReply'> = {
  method: 'getReportReply',
  type: 'property',
  isAnswered: false,
  read(message, base) {
    const outcome = outcomeOf(message);
    // Earlier devices put the values under `params`.
    const data = outcome.data ?? (message.members['params'] as Json | undefined);
    return { ...base, method: 'getReportReply', ...outcome, data };
  },
  check(message, { model }) {
    if (!isObject(message.data)) return { message };
    return { message: { ...message, data: model.checkWithElements(message.data).accepted } };
  },
};

export const actionReply: ReportKind<'actionReply'> = {
  method: 'actionReply',
  type: 'action',
  isAnswered: false,
  read(message, base) {
    const { actionID } = message.members;
    return { ...base, method: 'actionReply', ...outcomeOf(message), actionID: isText(actionID) ? actionID : undefined };
  },
  check: asItIs,
};
