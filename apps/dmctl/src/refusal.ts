import { Code } from '@alink/contract/codes';
import { CliError, ExitCode } from './exit-code';

type Hints = Partial<Record<number, string>>;

/** Codes that deserve a word more than the service says. */
const hints: Hints = {
  [Code.permission]: 'dmctl acts as root unless --user says otherwise: docs/grpc-security.md, "What a caller may do".',
  [Code.notFound]: 'dmctl product list, and dmctl device list <productKey>, show what there is.',
  [Code.deviceOffline]:
    'dmctl log <productKey> <deviceName> shows when it was last seen, and why it left; property set --keep has values wait.',
  [Code.deviceTimeout]:
    'It is online and did not answer in time: does its firmware handle this command? property set and service call do not wait with --async.',
  [Code.notEmpty]: 'Delete what it still holds first: a product is deleted after its devices.',
  [Code.notImplemented]: 'The service at this address is older than this dmctl, or another one.',
};

/** The same for jobs. */
export const jobHints: Hints = {
  [Code.notFound]: 'dmctl job list shows what there is.',
  [Code.notImplemented]: hints[Code.notImplemented],
};

/** What the device's answer means when it is not 200, for the codes that the platform itself gives. */
const words: Hints = {
  [Code.deviceOffline]: 'the device is offline',
  [Code.deviceTimeout]: 'the device did not answer in time',
};

/** A change of what does not exist is a bad parameter to the platform; the step to take is the same. */
const meaningOf = (code: number, message: string): number =>
  code === Code.parameter && message.endsWith(' does not exist') ? Code.notFound : code;

/** A "no" of the platform or a device. */
export const refusal = (code: number, message: string, hintOf = hints): CliError => {
  const word = words[code];
  // The platform may have said it, and more.
  const parts = word && message.startsWith(word) ? [message] : [word, message];
  const said = parts.filter(Boolean).join(': ');
  return new CliError(ExitCode.refused, `${said || 'refused'} (${code})`, {
    code,
    hint: hintOf[meaningOf(code, message)],
  });
};
