/** The node's parsers of what strangers send, for the fuzz targets and nobody else. */
export { readAttempt } from './connect/attempt';
export { FormError, MAX_FORM_BYTES, MAX_FORM_FIELDS, readForm } from './http/form-body';
export { FrameScanner } from './transport/frame-guard';
export { readProxyHeader } from './transport/proxy-header';
