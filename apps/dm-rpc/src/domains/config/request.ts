/** What devices ask about their configuration ("Alibaba Cloud IoT documentation, 'Remote configuration'"). */
import type { Configuration, ConfigurationQuestion, Reply } from '@alink/alink';
import type { Json } from '@alink/contract';
import type { DmContext } from '../../context';
import { DISABLED, NO_DEVICE, type Answerers } from '../answerer';
import { configurationUrl, NO_BASE_URL } from './links';
import { configurationsOf, contentsOf, type ConfiguredDevice, type Version } from './store';

/** The product's switch is off, or nobody knows where files are. */
const NOT_AVAILABLE: Reply = { code: 6713 };
const NO_DATA: Reply = { code: 6710 };

const isOneOf =
  (...words: readonly unknown[]) =>
  (value: unknown): boolean =>
    words.includes(value);

/** The version that a question means; or why there is none to tell. */
const wanted = (device: ConfiguredDevice | undefined, { scope }: ConfigurationQuestion): Version | Reply => {
  if (!device) return NO_DEVICE;
  if (!device.isEnable) return DISABLED;
  if (!device.isServed) return NOT_AVAILABLE;
  return device.own ?? (scope === 'product' ? device.shared : undefined) ?? NO_DATA;
};

/** How a version is told, by where its text is or by the text itself. */
export const told = ({ id, size, sign }: Version, place: Pick<Configuration, 'url' | 'content'>): Configuration => ({
  configId: id.toString(),
  configSize: size,
  sign,
  ...place,
});

export const configurationAnswerers = (context: DmContext): Answerers => {
  const { prisma } = context;

  const asFile = (version: Version): Reply => {
    const url = configurationUrl(context, version.id);
    if (url !== undefined) return { code: 200, data: { ...told(version, { url }) } as unknown as Json };
    return { ...NOT_AVAILABLE, message: `thing config function is not available: ${NO_BASE_URL}` };
  };

  return {
    'config.get': {
      needs: { scope: isOneOf('product', 'device'), form: isOneOf('file', 'content') },
      async answer(asked) {
        const devices = await configurationsOf(
          prisma,
          asked.map(({ device }) => device),
        );
        const versions = asked.map(({ question }, at) => wanted(devices[at], question));
        const texts = await contentsOf(
          prisma,
          versions.flatMap((version, at) =>
            'id' in version && asked[at]!.question.form === 'content' ? [version.id] : [],
          ),
        );
        return versions.map((version, at): Reply => {
          if (!('id' in version)) return version;
          if (asked[at]!.question.form === 'file') return asFile(version);
          const content = JSON.parse(texts.get(version.id) ?? '{}') as Json;
          return { code: 200, data: { ...told(version, { content }) } as unknown as Json };
        });
      },
    },
  };
};
