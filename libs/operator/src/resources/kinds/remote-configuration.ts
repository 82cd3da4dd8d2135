import * as z from 'zod';
import type { Platform } from '../../platform';
import { ifThere } from '../if-there';
import type { Kind } from '../kind';
import { defined, deviceName, fileName, productKey } from '../members';
import { productsIn } from '../products-in';

/** Bytes (Alibaba Cloud IoT documentation, "Remote configuration"). */
const MAX_BYTES = 64 * 1024;
const NO_CONTENT = 'must be an object, a list, or the text of one in JSON';

const contentFault = (text: string): string | undefined => {
  if (Buffer.byteLength(text) > MAX_BYTES) return `must have at most ${MAX_BYTES} bytes of JSON`;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? undefined : NO_CONTENT;
  } catch (error) {
    return `is no JSON: ${(error as Error).message}`;
  }
};
const textOf = (content: object | string): string => (typeof content === 'string' ? content : JSON.stringify(content));

const schema = z.strictObject({
  productKey,
  /** Of this device alone. */
  deviceName: deviceName.optional(),
  /** What devices read, as members; or as the text of its JSON, byte for byte. */
  content: z
    .union([z.record(z.string(), z.unknown()), z.array(z.unknown()), z.string().min(1)], { error: NO_CONTENT })
    .superRefine((content, context) => {
      const message = contentFault(textOf(content));
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    }),
});
type ConfigurationSpec = z.infer<typeof schema>;

/** Members where they make the same text again, which is what devices check by its hash; else the text. */
const contentOf = (text: string): ConfigurationSpec['content'] => {
  const members = JSON.parse(text) as ConfigurationSpec['content'];
  return JSON.stringify(members) === text ? members : text;
};

const readOwn = async (
  { configurations }: Platform,
  productKey: string,
  deviceName?: string,
): Promise<ConfigurationSpec | undefined> => {
  const info = await ifThere(configurations.readConfiguration({ productID: productKey, deviceName }));
  // A device without one of its own is told its product's.
  if (!info || info.content === '' || info.deviceName !== (deviceName ?? '')) return undefined;
  return defined({ productKey, deviceName, content: contentOf(info.content) });
};

const put = async ({ configurations }: Platform, after: ConfigurationSpec): Promise<void> => {
  const { productKey: productID, deviceName, content } = after;
  await configurations.setConfiguration({ productID, deviceName, content: textOf(content) });
};

/**
 * What devices of a product, or one of them, read as their configuration (Alibaba Cloud IoT documentation, "Remote
 * configuration"). It is in force from then on; devices that are online hear of it by `dmctl config push`.
 */
export const remoteConfigurationKind: Kind<ConfigurationSpec> = {
  name: 'RemoteConfiguration',
  schema,
  idOf: ({ productKey, deviceName }) => (deviceName === undefined ? productKey : `${productKey}/${deviceName}`),
  needs: ({ productKey: id }) => [{ kind: 'Product', id }],
  normal: (wanted) => ({ ...wanted, content: contentOf(textOf(wanted.content)) }),
  read: (platform, { productKey, deviceName }) => readOwn(platform, productKey, deviceName),
  create: put,
  change: (platform, _before, after) => put(platform, after),
  list: async (platform, scope) => {
    const specs: ConfigurationSpec[] = [];
    for (const { productID } of await productsIn(platform, scope)) {
      const spec = await readOwn(platform, productID);
      if (spec) specs.push(spec);
    }
    return specs;
  },
  fileOf: ({ productKey: key }) => `products/${fileName(key)}`,
};
