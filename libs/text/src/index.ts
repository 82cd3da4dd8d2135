export { decodeFile, decodeText, isZip, TextError } from './decode-text';
export { visible, visibleJson, visibleLines } from './visible';
