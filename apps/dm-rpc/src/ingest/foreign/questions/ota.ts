/**
 * What devices say about their firmware. There are no upgrades here yet, so none can be under way; versions are kept, of the
 * firmware and of modules. unitedrhino refuses `report`, and takes versions from `reportInfo` alone.
 */
import { Code } from '@alink/contract';
import { FIRMWARE, keepVersions, MAX_VERSION } from '../../../domains/versions/store';
import { requireLockedDevice } from '../../../services/lock-device';
import { badParameter } from '../../../wire/errors';
import { plainText } from '../../../wire/fields';
import { isText } from '../../../wire/shape';
import { DONE } from '../answer';
import { storeBasics } from '../device-basics';
import type { QuestionKind } from '../question-kind';
import { paramsOf } from '../reports/property-report';

export const otaVersion: QuestionKind = {
  handle: 'ota',
  type: 'report',
  async answer({ device, message }, context) {
    const { version, module = FIRMWARE } = paramsOf(message.members['params']) ?? {};
    if (!isText(version) || version === '') throw badParameter('params.version', 'must be a text');
    if (!isText(module)) throw badParameter('params.module', 'must be a text');
    if (module === '' || module === FIRMWARE) {
      await storeBasics(context, device, { version });
      return DONE;
    }
    const told = {
      deviceID: device.id,
      moduleCode: plainText('params.module', module, MAX_VERSION),
      version: plainText('params.version', version, MAX_VERSION),
    };
    await context.prisma.$transaction(async (tx) => {
      await requireLockedDevice(tx, device);
      await keepVersions(tx, [told]);
    });
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
