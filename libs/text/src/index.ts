export { decodeFile, decodeText, isZip, TextError } from './decode-text';
export { hostPort, parseHostPort, type HostPort } from './host-port';
export { visible, visibleJson, visibleLines } from './visible';
