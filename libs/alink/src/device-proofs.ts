/** What proves that a gateway device has the secret of a sub-device, or of its product, as messages hold it. */
import { isProblem, wrongParameter, type Problem } from './problem';
import { isStorableText } from './storable';

type Item = Readonly<Record<string, unknown>>;

/** Characters of one member: a clientId is as long as one that connects may be, everything else far shorter. */
const MAX_LENGTH = 1024;

/** Devices also send numbers and truth values; what they sign has them as JSON writes them. */
const textOf = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;

type Texts<Name extends string> = { readonly [Key in Name]?: string };

/** Those of the members that were sent. */
const readTexts = <Name extends string>(
  given: Readonly<Record<Name, unknown>>,
  place: number,
): Texts<Name> | Problem => {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue;
    const text = textOf(value);
    if (typeof text !== 'string' || text.length > MAX_LENGTH || !isStorableText(text)) {
      return wrongParameter(
        `${name} of item ${place} is no plain text of at most ${MAX_LENGTH} characters`,
        `Send "${name}" as text, as it was signed.`,
      );
    }
    texts[name] = text;
  }
  return texts as Texts<Name>;
};

const missing = (name: string, place: number): Problem =>
  wrongParameter(`item ${place} has no ${name}`, `Send "${name}" in each item.`);

/** The member has both names: documents and C SDKs write `signmethod` where the Node SDK writes `signMethod`. */
const methodOf = ({ signMethod, signmethod }: Item): unknown => signMethod ?? signmethod;

/**
 * Of a sub-device that is to be added or logged in.
 * @param beside what stands beside the list: the Link SDK for C 4.x names the method once, there
 */
export const readSignature = (item: Item, place: number, beside: Item = {}) => {
  const { clientId, timestamp, cleanSession, sign } = item;
  const signMethod = methodOf(item) ?? methodOf(beside);
  const texts = readTexts({ clientId, timestamp, cleanSession, signMethod, sign }, place);
  if (isProblem(texts)) return texts;
  return texts.sign === undefined ? missing('sign', place) : { ...texts, sign: texts.sign };
};

/** Of a sub-device that is to be registered with the secret of its product. */
export const readProductSignature = (item: Item, place: number) => {
  const texts = readTexts({ random: item.random, signMethod: methodOf(item), sign: item.sign }, place);
  if (isProblem(texts)) return texts;
  const { random, sign } = texts;
  if (random === undefined) return missing('random', place);
  return sign === undefined ? missing('sign', place) : { ...texts, random, sign };
};
