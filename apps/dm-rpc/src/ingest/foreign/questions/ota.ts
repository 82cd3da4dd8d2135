/**
 * What devices say about their firmware. There are no upgrades here yet, so none can be under way; a version is kept.
 * unitedrhino refuses `report`, and takes versions from `reportInfo` alone.
 */
import { Code } from '@alink/contract';
import { badParameter } from '../../../wire/errors';
import { isText } from '../../../wire/shape';
import { DONE } from '../answer';
import { storeBasics } from '../device-basics';
import type { QuestionKind } from '../question-kind';
import { paramsOf } from '../reports/property-report';

/** The module that is the firmware itself. */
const FIRMWARE = 'default';

export const otaVersion: QuestionKind = {
  handle: 'ota',
  type: 'report',
  async answer({ device, message }, context) {
    const { version, module = FIRMWARE } = paramsOf(message.members['params']) ?? {};
    if (!isText(version) || version === '') throw badParameter('params.version', 'must be a text');
    if (module !== '' && module !== FIRMWARE) {
      return { code: Code.notImplemented, msg: 'versions of modules are not kept' };
    }
    await storeBasics(context, device, { version });
    return DONE;
  },
};

export const otaProgress: QuestionKind = {
  handle: 'ota',
  type: 'progress',
  async answer({ message }) {
    const { step } = paramsOf(message.members['params']) ?? {};
    if (!Number.isSafeInteger(step) || step === 0) throw badParameter('params.step', 'must be a number and not 0');
    return { code: Code.notFound, msg: 'no upgrade is under way' };
  },
};

export const otaOther: QuestionKind = {
  handle: 'ota',
  async answer({ uplink }) {
    throw badParameter('type', `${uplink.type} means nothing here`);
  },
};
