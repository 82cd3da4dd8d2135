import type { Command } from 'commander';
import { deadlineFor } from '@alink/operator/messages';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { parseTimeout } from '../parse-options';
import { payloadOf, textOfBytes } from '../payload';

interface CallOptions {
  readonly topic?: string;
  readonly file?: string;
  readonly timeout: number;
}

export const completeRrpcCommand = (rrpc: Command, io: Io): void => {
  withExample(
    rrpc
      .argument('<productKey>')
      .argument('<deviceName>')
      .argument('[payload]', 'text to send (nothing when left out)')
      .option('--file <file>', 'send the bytes of this file, - for standard input')
      .option('--topic <topic>', 'call on a topic of the device (user/get) instead of rrpc/request')
      .option('--timeout <seconds>', 'how long to wait for the device', parseTimeout, 8)
      .action(
        inSession(
          io,
          async ({ topics, out }, options: CallOptions, productID: string, deviceName: string, text?: string) => {
            const { topic, file, timeout } = options;
            const payload = await payloadOf(io, text, file);
            const request = { productID, deviceName, topic, payload, timeout: timeout * 1000 };
            const answer = await topics.rrpc(request, deadlineFor(timeout));
            const bytes = Buffer.from(answer.payload);
            const said = textOfBytes(bytes);
            out.done(
              { id: answer.messageID, payload: bytes.toString('base64'), text: said },
              said ?? `${bytes.length} bytes, base64: ${bytes.toString('base64')}`,
            );
          },
        ),
      ),
    "rrpc aliyun_test_01 dev001 'hello'",
    "rrpc aliyun_test_01 dev001 'hello' --topic user/get",
  );
};
