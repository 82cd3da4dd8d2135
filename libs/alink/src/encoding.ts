/** Bytes that are no UTF-8: which encoding they are in, as far as that can be told. */
import { isUtf8 } from 'node:buffer';

const gbk = new TextDecoder('gbk', { fatal: true });

const HAN = /\p{Script=Han}/u;
/** What stands in no text: control characters but white space and the end of a C string, and what GBK leaves to private use. */
const NO_TEXT = /(?![\s\0])\p{Cc}|\p{Co}/u;

const isChineseGbk = (bytes: Buffer): boolean => {
  try {
    const text = gbk.decode(bytes);
    return HAN.test(text) && !NO_TEXT.test(text);
  } catch {
    return false;
  }
};

/**
 * Names what bytes are instead of UTF-8; undefined for UTF-8. A Chinese firmware or desktop program that does not convert
 * its texts sends GBK.
 * @param text the bytes, decoded as UTF-8
 */
export const strangeEncoding = (bytes: Buffer, text: string): 'GBK, not UTF-8' | 'not UTF-8' | undefined => {
  if (!text.includes('\uFFFD') || isUtf8(bytes)) return undefined;
  return isChineseGbk(bytes) ? 'GBK, not UTF-8' : 'not UTF-8';
};
