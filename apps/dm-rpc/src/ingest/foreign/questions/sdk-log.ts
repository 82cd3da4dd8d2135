/** The log of a device's own program: which level it is to write, and what it wrote. The lines stand in the device's log here. */
import { Code, LogLevel } from '@alink/contract';
import { badParameter } from '../../../wire/errors';
import { isListOf, isObject, isText } from '../../../wire/shape';
import { DONE } from '../answer';
import type { QuestionKind } from '../question-kind';

const isEntry = (value: unknown): boolean => {
  const { content } = (isObject(value) ? value : {}) as { content?: unknown };
  return isText(content) && content !== '';
};

export const sdkLogLevel: QuestionKind = {
  handle: 'log',
  type: 'operation',
  async answer({ device }) {
    return { code: Code.ok, data: { logLevel: device.logLevel || LogLevel.off } };
  },
};

export const sdkLogReport: QuestionKind = {
  handle: 'log',
  type: 'report',
  isKeptInLog: true,
  async answer({ message }) {
    const { params } = message.members;
    if (!isListOf(isEntry)(params) || (params as readonly unknown[]).length === 0) {
      throw badParameter('params', 'must be a list of {"content", "timestamp", "logLevel"}');
    }
    return DONE;
  },
};
