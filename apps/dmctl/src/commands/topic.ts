import { Argument, type Command } from 'commander';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';

/** As the device sees it. */
const PERMISSIONS = ['publish', 'subscribe', 'both'];

const TOPIC = 'without the names of a device: user/update; + and # only where devices subscribe alone';

const permissionArgument = (): Argument => new Argument('<permission>', 'what devices may do').choices(PERMISSIONS);

export const addTopicCommands = (topic: Command, io: Io): void => {
  withExample(
    topic
      .command('list')
      .description('list the custom topics of a product')
      .argument('<productKey>')
      .action(
        inSession(io, async ({ topics, out }, _options, productID: string) => {
          const { list, definedOnly } = await topics.topicClassIndex({ productID });
          const rows = list.map(({ topic: name, permission, desc }) => ({ topic: name, permission, desc }));
          out.rows(rows, ['topic', 'permission', 'desc'], 'no custom topics');
          out.note(
            definedOnly
              ? 'devices may use these and no other custom topics'
              : 'devices may use any other custom topic too; dmctl topic access <productKey> defined forbids it',
          );
        }),
      ),
    'topic list aliyun_test_01',
  );

  /** To define a topic, and to change what is defined, one says the same. */
  const addDefinition = (
    command: Command,
    { method, done }: { method: 'topicClassCreate' | 'topicClassUpdate'; done: string },
    example: string,
  ): Command =>
    withExample(
      command
        .addArgument(permissionArgument())
        .option('--desc <text>', 'what it is for', '')
        .action(
          inSession(
            io,
            async (
              { topics, out },
              { desc }: { desc: string },
              productID: string,
              name: string,
              permission: string,
            ) => {
              await topics[method]({ productID, topic: name, permission, desc });
              out.done({ topic: name, permission }, `${done} ${name}: devices may ${inWords(permission)}`);
            },
          ),
        ),
      example,
    );

  addDefinition(
    topic
      .command('create')
      .description('define a custom topic of a product')
      .argument('<productKey>')
      .argument('<topic>', TOPIC),
    { method: 'topicClassCreate', done: 'defined' },
    'topic create aliyun_test_01 user/alarm publish',
  );

  addDefinition(
    topic
      .command('update')
      .description('change what devices may do with a custom topic that is defined')
      .argument('<productKey>')
      .argument('<topic>'),
    { method: 'topicClassUpdate', done: 'changed' },
    'topic update aliyun_test_01 user/alarm both',
  );

  withExample(
    topic
      .command('delete')
      .description('delete a custom topic of a product')
      .argument('<productKey>')
      .argument('<topic>')
      .action(
        inSession(io, async ({ topics, out }, _options, productID: string, name: string) => {
          await topics.topicClassDelete({ productID, topic: name });
          out.done({ deleted: name }, `deleted topic ${name} of ${productID}`);
        }),
      ),
    'topic delete aliyun_test_01 user/alarm',
  );

  withExample(
    topic
      .command('access')
      .description('say whether devices may use any custom topic, or those alone that are defined')
      .argument('<productKey>')
      .addArgument(new Argument('<which>', 'of custom topics').choices(['any', 'defined']))
      .action(
        inSession(io, async ({ topics, out }, _options, productID: string, which: string) => {
          await topics.topicAccessUpdate({ productID, definedOnly: which === 'defined' });
          const what = which === 'defined' ? 'the custom topics that are defined' : 'any custom topic';
          out.done({ customTopics: which }, `devices of ${productID} may use ${what}`);
        }),
      ),
    'topic access aliyun_test_01 defined',
  );
};

const inWords = (permission: string): string =>
  permission === 'both' ? 'publish and subscribe it' : `${permission} it`;
