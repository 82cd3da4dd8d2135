import type { Command } from 'commander';
import { deadlineFor } from '@alink/operator/messages';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { payloadOf } from '../payload';

/** Seconds in which nodes say what became of it: of those that have subscribed a topic, twice. */
const TOLD_S = 12;

export const completeBroadcastCommand = (broadcast: Command, io: Io): void => {
  withExample(
    broadcast
      .argument('<productKey>')
      .argument('[payload]', 'text to send (nothing when left out)')
      .option('--file <file>', 'send the bytes of this file, - for standard input')
      .option('--topic <name>', 'only to devices that have subscribed /broadcast/{productKey}/<name>')
      .action(
        inSession(
          io,
          async ({ topics, out }, options: { file?: string; topic?: string }, productID: string, text?: string) => {
            const payload = await payloadOf(io, text, options.file);
            const answer = await topics.broadcast({ productID, topic: options.topic, payload }, deadlineFor(TOLD_S));
            const { messageID, delivered, undelivered, nodes, nodesHeard } = answer;
            const missed = undelivered === '0' ? '' : `, not to ${undelivered} that read nothing`;
            out.done(
              { id: messageID, delivered, undelivered, nodes, nodesHeard },
              `written to ${delivered} devices${missed}`,
            );
            if (nodesHeard !== nodes) out.note(`${nodesHeard} of ${nodes} nodes have said what became of it`);
          },
        ),
      ),
    "broadcast aliyun_test_01 'closing at 18:00'",
    'broadcast aliyun_test_01 --topic news --file news.bin',
  );
};
