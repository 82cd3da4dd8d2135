/** unitedrhino (联犀) as our services and our node meet it: an entry of its own, so that other tests need not load it. */
export { RhinoBus, type BusMessage, type BusMode } from './bus/rhino-bus';
export { readApplicationMessage, type ApplicationMessage } from './caller/application-messages';
export { useDevice } from './caller/entities';
export { readDevConn, readDevPublish, readDeviceMessage } from './caller/device-publish';
export { readEnvelope } from './caller/envelope';
export { GoJsonError } from './caller/go-json';
export { deviceKey, readDeviceNotice, readProtocolConfigs } from './caller/notices';
export { RhinoClient, type Answer as RhinoAnswer } from './caller/rhino-client';
export { ForeignGateway } from './foreign-gateway';
export { startUnitedrhino, type Unitedrhino } from './unitedrhino';
export { ROOT_USER, type RhinoUser } from './wire/user-context';
