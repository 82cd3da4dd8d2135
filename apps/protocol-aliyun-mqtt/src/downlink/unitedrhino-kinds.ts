/**
 * What unitedrhino's dm sends besides commands, as devices know it. One kind is one line; those of which nothing is written
 * here are dropped with a line in the device's log.
 */
import { CONFIGURATION_PUSH, configurationData, encodeDownlink, LOG_MODE_PUSH, logModeData } from '@alink/alink';
import { logModeOf, newAlinkId, type Json } from '@alink/contract';
import type { Kind } from './unitedrhino-kind';
import { topology } from './unitedrhino-topology-kinds';

interface UpgradeFile {
  readonly size?: number;
  readonly name?: string;
  readonly fileUrl?: string;
  readonly fileMd5?: string;
  readonly signature?: string;
}

/** Firmware that is due: its file, or several. */
interface Upgrade extends UpgradeFile {
  readonly version?: string;
  /** 1 the whole image, 2 a difference. */
  readonly isDiff?: number;
  readonly extra?: string;
  readonly files?: readonly UpgradeFile[];
}

const DIFFERENCE = 2;
/** Hex digits of an MD5. */
const MD5_LENGTH = 32;

/** Its signatures are MD5 whatever it calls them; devices want a sign of exactly as many digits as its method has. */
const methodOf = (sign: string): string => (sign.length === MD5_LENGTH ? 'Md5' : 'SHA256');

const signOf = ({ signature, fileMd5 }: UpgradeFile): string => signature || fileMd5 || '';

const fileParts = (upgrade: Upgrade): { [member: string]: Json } => {
  const { files } = upgrade;
  if (!files?.length) {
    const sign = signOf(upgrade);
    const { size = 0, fileUrl = '', fileMd5 } = upgrade;
    return { size, url: fileUrl, sign, signMethod: methodOf(sign), ...(fileMd5 && { md5: fileMd5 }) };
  }
  const listed = files.map((file) => {
    const { name = '', fileUrl = '', size = 0 } = file;
    return { fileName: name, fileUrl, fileSize: size, fileSign: signOf(file) };
  });
  return { files: listed, signMethod: methodOf(listed[0]!.fileSign) };
};

const extDataOf = (extra: string): Json => {
  try {
    return JSON.parse(extra) as Json;
  } catch {
    return extra;
  }
};

/** `/ota/device/upgrade` ("Alibaba Cloud IoT documentation, 'OTA'"); the code is a text, which devices compare. */
const upgrade: Kind = ({ data }, { productKey, deviceName }) => {
  const due = (data ?? {}) as Upgrade;
  const { version, isDiff, extra } = due;
  if (!version) return { dropped: 'a firmware without a version' };
  const content = {
    version,
    ...(isDiff === DIFFERENCE && { isDiff: 1 }),
    ...fileParts(due),
    ...(extra && { extData: extDataOf(extra) }),
  };
  const id = newAlinkId();
  const payload = JSON.stringify({ code: '1000', data: content, id, message: 'success' });
  return { message: { topic: `/ota/device/upgrade/${productKey}/${deviceName}`, payload, qos: 1 } };
};

/** `thing/config/push`: its text becomes a file, for no SDK reads the text itself. */
const configuration: Kind = ({ payload: content }, { productKey, deviceName, options }, { configurations }) => {
  if (typeof content !== 'string' || content === '') return { dropped: 'a configuration without a text' };
  const told = configurations.told({ content }, 'file', options.product);
  if (!told) return { dropped: 'a configuration, which no device can fetch while FILES_BASE_URL is not set' };
  const msgToken = newAlinkId();
  const request = { method: 'request', path: CONFIGURATION_PUSH, msgToken, timestamp: 0 } as const;
  const message = { ...request, params: configurationData(told) };
  return { message: encodeDownlink(message, { productKey, deviceName, ext: 0 }) };
};

/** `thing/config/log/push`: devices know whether they are to report their log, and no levels. */
const logLevel: Kind = ({ data }, { productKey, deviceName }) => {
  const { logLevel: level } = (data ?? {}) as { readonly logLevel?: unknown };
  if (typeof level !== 'number') return { dropped: 'a level of the log that is none' };
  const msgToken = newAlinkId();
  const params = logModeData(logModeOf(level));
  const message = { method: 'request', path: LOG_MODE_PUSH, msgToken, timestamp: 0, params } as const;
  return { message: encodeDownlink(message, { productKey, deviceName, ext: 0 }) };
};

const here: Kind = () => 'here';

/** By handle and type. */
export const unitedrhinoKinds: Readonly<Record<string, Kind>> = {
  'ota/upgrade': upgrade,
  'config/push': configuration,
  // Replies to what the node has carried there, without a name or a token; devices expect none.
  'ota/progress': here,
  'log/report': here,
  'log/update': logLevel,
  'gateway/topo': topology,
};
