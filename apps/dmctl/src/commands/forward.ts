import type { Command } from 'commander';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import type { Session } from '../session';

export const addForwardCommands = (forward: Command, io: Io): void => {
  withExample(
    forward
      .command('list')
      .description('list which custom messages of a product go on to other devices')
      .argument('<productKey>')
      .action(
        inSession(io, async ({ topics, out }, _options, productID: string) => {
          const { list } = await topics.forwardRuleIndex({ productID });
          const rows = list.map(({ id, topic, targetProductID, targetDeviceName, targetTopic, disabled }) => ({
            id,
            from: topic,
            product: targetProductID,
            device: targetDeviceName,
            to: targetTopic,
            state: disabled ? 'off' : 'on',
          }));
          out.rows(rows, ['id', 'from', 'product', 'device', 'to', 'state'], 'no message goes on to another device');
        }),
      ),
    'forward list aliyun_test_01',
  );

  withExample(
    forward
      .command('create')
      .description(
        'let custom messages of a product go on to a device; {deviceName} is the sender, {topic} what follows user/ in its topic',
      )
      .argument('<productKey>')
      .argument('<topic>', 'of the sender: user/update; + and # select several')
      .argument('<device>', 'DeviceName that gets them, which may hold {deviceName}')
      .argument('<to>', 'topic of that device: user/get, which may hold {productKey}, {deviceName} and {topic}')
      .option('--product <productKey>', 'of that device (the same when left out)')
      .action(
        inSession(
          io,
          async (
            { topics, out },
            { product: targetProductID }: { product?: string },
            productID: string,
            topic: string,
            targetDeviceName: string,
            targetTopic: string,
          ) => {
            const rule = { productID, topic, targetProductID, targetDeviceName, targetTopic };
            const { id } = await topics.forwardRuleCreate(rule);
            out.done({ id }, `messages on ${topic} go on to ${targetDeviceName}, rule ${id}`);
          },
        ),
      ),
    'forward create aliyun_test_01 user/button lamp-{deviceName} user/switch',
  );

  for (const [name, disabled] of [
    ['enable', false],
    ['disable', true],
  ] as const) {
    withExample(
      forward
        .command(name)
        .description(disabled ? 'switch a rule off' : 'switch a rule on again')
        .argument('<productKey>')
        .argument('<id>')
        .action(
          inSession(io, async (session, _options, productID: string, id: string) => {
            await switchRule(session, { productID, id, disabled });
            session.out.done({ id, disabled }, `rule ${id} is ${disabled ? 'off' : 'on'}`);
          }),
        ),
      `forward ${name} aliyun_test_01 3`,
    );
  }

  withExample(
    forward
      .command('delete')
      .description('delete a rule')
      .argument('<productKey>')
      .argument('<id>')
      .action(
        inSession(io, async ({ topics, out }, _options, productID: string, id: string) => {
          await topics.forwardRuleDelete({ productID, id });
          out.done({ deleted: id }, `deleted rule ${id} of ${productID}`);
        }),
      ),
    'forward delete aliyun_test_01 3',
  );
};

/** An update replaces the rule, so the rest of it is read first. */
const switchRule = async (
  { topics }: Session,
  { productID, id, disabled }: { productID: string; id: string; disabled: boolean },
): Promise<void> => {
  const { list } = await topics.forwardRuleIndex({ productID });
  const rule = list.find((each) => each.id === id);
  await topics.forwardRuleUpdate({ ...rule, productID, id, disabled });
};
