/** `action`: a device calls. Applications are told, and whoever answers does so itself. */
import { isText } from '../../../wire/shape';
import type { ReportKind } from '../report-kind';
import { paramsOf } from './property-report';

export const call: ReportKind<'action'> = {
  method: 'action',
  type: 'action',
  isAnswered: false,
  read({ members }, base) {
    const { actionID } = members;
    const params = paramsOf(members['params']);
    return params && isText(actionID) ? { ...base, method: 'action', actionID, params } : undefined;
  },
  check: (message) => ({ message }),
};
