/** Where devices fetch files: URLs that end by themselves, and what is behind them. */
import type { services } from '@alink/contract';
import type { SecretBox } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import { fileTokenEnd, readFileToken, signFileToken } from '@alink/signing';
import type { DmContext } from '../../context';
import { notFound } from '../../wire/errors';

/** The first letter of what a token names: what kind of file it is, followed by its id. */
const kinds = { configuration: 'c', job: 'j' } as const;

const keysOf = (box: SecretBox): readonly Buffer[] => box.keysFor('files');

/** What is in the way of every device that asks for a file. */
export const NO_BASE_URL = 'FILES_BASE_URL is not set, so no device can be told where to fetch a file';

export type FileLinks = Pick<DmContext, 'filesBaseUrl' | 'secretBox' | 'now'>;

const urlOf =
  (kind: keyof typeof kinds) =>
  ({ filesBaseUrl, secretBox, now }: FileLinks, id: bigint): string | undefined => {
    if (filesBaseUrl === undefined) return undefined;
    const [key = ''] = keysOf(secretBox);
    return `${filesBaseUrl}/files/${signFileToken(key, `${kinds[kind]}${id}`, fileTokenEnd(now()))}`;
  };

/** @returns the URL of a version of a configuration, which is good for a day; undefined where nobody knows where files are served */
export const configurationUrl = urlOf('configuration');

/** @returns the same of the file of a job */
export const jobFileUrl = urlOf('job');

const idIn = (ref: string): bigint => BigInt(ref.slice(1));

/** `alink.Files`. */
export const files = ({ prisma, secretBox, now }: DmContext): Handlers<typeof services.files> => ({
  async readFile({ token }) {
    const ref = readFileToken(keysOf(secretBox), token, now()) ?? '';
    if (ref.startsWith(kinds.configuration)) {
      const row = await prisma.remoteConfig.findUnique({ where: { id: idIn(ref) } });
      if (row) return { type: 'application/json', content: Buffer.from(row.content) };
    }
    if (ref.startsWith(kinds.job)) {
      const row = await prisma.deviceJobFile.findUnique({ where: { jobID: idIn(ref) } });
      if (row) return { type: 'application/octet-stream', content: Buffer.from(row.content) };
    }
    // Of the token nothing is said: whoever reads the log could use it.
    throw notFound('such a file');
  },
});
