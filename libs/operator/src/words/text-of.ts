import { decodeText, TextError } from '@alink/text';
import { OperatorError } from '../operator-error';

/**
 * Text of bytes.
 * @param file where they come from, for people
 * @param instead what to do where they are a workbook: what to export in its place
 * @throws {OperatorError} when they are no text
 */
export const textOf = (file: string, bytes: Uint8Array, instead?: string): string => {
  try {
    return decodeText(bytes);
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    throw new OperatorError('unusable', `cannot use ${file}: it ${error.message}`, {
      hint: error.isWorkbook ? instead : undefined,
    });
  }
};
