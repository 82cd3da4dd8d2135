import { isDeepStrictEqual } from 'node:util';
import { customFilterFault, forwardTargetFault } from '@alink/alink';
import * as z from 'zod';
import type { Platform } from '../../platform';
import { ifThere } from '../if-there';
import type { Kind } from '../kind';
import { defined, fileName, productKey, textThat } from '../members';
import { productsIn } from '../products-in';

const ruleSchema = z
  .strictObject({
    /** Of the message, behind the names of its device: `user/update`. */
    topic: textThat(customFilterFault),
    /** The product of the device that gets it; the same when left out. */
    targetProductKey: productKey.optional(),
    targetDeviceName: z.string().min(1),
    targetTopic: z.string().min(1),
    disabled: z.boolean().optional(),
  })
  .superRefine((rule, context) => {
    const fault = forwardTargetFault(rule);
    if (fault) context.addIssue({ code: 'custom', path: [fault.field], message: fault.words });
  });
const schema = z.strictObject({ productKey, rules: z.array(ruleSchema) });
type RulesSpec = z.infer<typeof schema>;
type RuleSpec = z.infer<typeof ruleSchema>;
/** A rule with its id on the platform. */
type KnownRule = { readonly id: string; readonly rule: RuleSpec };

/** A rule has no name: it is what it does, whether it is switched on or not. */
const keyOf = ({ topic, targetProductKey = '', targetDeviceName, targetTopic }: RuleSpec): string =>
  `${topic} to ${targetProductKey}/${targetDeviceName} ${targetTopic}`;
const sorted = (rules: readonly RuleSpec[]): RuleSpec[] => {
  const byKey = new Map(rules.map((rule) => [keyOf(rule), rule]));
  return [...byKey.keys()].sort().map((key) => byKey.get(key)!);
};
const without = (rules: readonly RuleSpec[], others: readonly RuleSpec[]): RuleSpec[] => {
  const keys = new Set(others.map(keyOf));
  return rules.filter((rule) => !keys.has(keyOf(rule)));
};
/** In one form: what is so where nothing is said is not said. */
const normalRule = (productID: string, rule: RuleSpec): RuleSpec =>
  defined({
    topic: rule.topic,
    targetProductKey: rule.targetProductKey === productID ? undefined : rule.targetProductKey,
    targetDeviceName: rule.targetDeviceName,
    targetTopic: rule.targetTopic,
    disabled: rule.disabled || undefined,
  });

const knownRules = async ({ topics }: Platform, productID: string): Promise<KnownRule[]> => {
  const answer = await ifThere(topics.forwardRuleIndex({ productID }));
  return (answer?.list ?? []).map(({ id, topic, targetProductID, targetDeviceName, targetTopic, disabled }) => {
    const targetProductKey = targetProductID || undefined;
    return { id, rule: normalRule(productID, { topic, targetProductKey, targetDeviceName, targetTopic, disabled }) };
  });
};

const specOf = (productID: string, known: readonly KnownRule[]): RulesSpec | undefined =>
  known.length > 0 ? { productKey: productID, rules: sorted(known.map(({ rule }) => rule)) } : undefined;

/** Which custom messages of a product's devices go on to other devices. */
export const forwardRulesKind: Kind<RulesSpec> = {
  name: 'ForwardRules',
  schema,
  idOf: ({ productKey }) => productKey,
  needs: ({ productKey, rules }) =>
    [productKey, ...rules.flatMap(({ targetProductKey = [] }) => targetProductKey)].map((id) => ({
      kind: 'Product',
      id,
    })),
  normal: ({ productKey, rules }) => ({ productKey, rules: sorted(rules.map((rule) => normalRule(productKey, rule))) }),
  read: async (platform, { productKey }) => specOf(productKey, await knownRules(platform, productKey)),
  merge: (before, wanted, prune) => ({
    ...wanted,
    rules: sorted([...(prune ? [] : without(before.rules, wanted.rules)), ...wanted.rules]),
  }),
  lacked: (before, wanted) => without(before.rules, wanted.rules).map(keyOf),
  create: (platform, after) => becomes(platform, after),
  change: (platform, _before, after) => becomes(platform, after),
  list: async (platform, scope) => {
    const specs: RulesSpec[] = [];
    for (const { productID } of await productsIn(platform, scope)) {
      const spec = specOf(productID, await knownRules(platform, productID));
      if (spec) specs.push(spec);
    }
    return specs;
  },
  fileOf: ({ productKey: key }) => `products/${fileName(key)}`,
};

const becomes = async (platform: Platform, { productKey: productID, rules }: RulesSpec): Promise<void> => {
  const { topics } = platform;
  const known = await knownRules(platform, productID);
  const wanted = new Map(rules.map((rule) => [keyOf(rule), rule]));
  // What goes first makes room: a product has so many and no more.
  for (const { id, rule } of known) {
    const after = wanted.get(keyOf(rule));
    if (!after) await topics.forwardRuleDelete({ productID, id });
    else if (!isDeepStrictEqual(after, rule)) await topics.forwardRuleUpdate({ id, ...requestOf(productID, after) });
  }
  const there = known.map(({ rule }) => rule);
  for (const rule of without(rules, there)) await topics.forwardRuleCreate(requestOf(productID, rule));
};

const requestOf = (productID: string, { targetProductKey: targetProductID, ...rule }: RuleSpec) => ({
  productID,
  targetProductID,
  ...rule,
});
