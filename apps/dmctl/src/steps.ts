/** What to do about failures, in terms of the command line. */
import { serviceKeys } from '@alink/contract';
import { Code } from '@alink/contract/codes';
import type { Steps } from '@alink/operator/describe-error';
import type { ServiceAddress } from './service-address';

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

/** What does not exist and is no product and no device, by how the platform's words about it begin. */
const missing: readonly (readonly [begins: string, hint: string])[] = [
  ['a configuration for ', 'dmctl config set <productKey> --file config.json puts one in force.'],
  ['common definition ', 'dmctl definition list shows what there is.'],
  ['group ', 'dmctl group tree shows what there is.'],
  ['product category ', 'dmctl category tree shows what there is.'],
];

/** The same for jobs. */
const jobHints: Hints = {
  [Code.notFound]: 'dmctl job list shows what there is.',
  [Code.notImplemented]: hints[Code.notImplemented],
};

export const steps: Steps<ServiceAddress> = {
  afterRefusal: (code, asked, message) => {
    if (asked?.service === serviceKeys.timedjob) return jobHints[code];
    const other = code === Code.notFound ? missing.find(([begins]) => message.startsWith(begins)) : undefined;
    return other ? other[1] : hints[code];
  },
  afterStranger: 'GRPC_TOKEN or --token must be a token of the GRPC_TOKENS_FILE of the services.',
  withoutEtcd: ({ option }) => `ETCD_HOSTS says where etcd is; ${option} host:port does without it.`,
  afterSilence: ({ service, option }) =>
    `Is ${service} running? "npm start" starts everything; ${option} host:port or ETCD_HOSTS say where it is.`,
};
