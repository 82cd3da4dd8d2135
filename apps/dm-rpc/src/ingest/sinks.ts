/** Every sink. A new one is a file in `sinks/` and its place here. */
import { SinkTable } from './sink-table';
import { calls } from './sinks/calls';
import { events } from './sinks/events';
import { networkStatus } from './sinks/network-status';
import { properties } from './sinks/properties';
import { replies, type ReplyRow } from './sinks/replies';
import { sdkLog } from './sinks/sdk-log';

/** @param onReplies told of devices' answers to commands, once they are kept */
export const createSinks = (onReplies: (replies: readonly ReplyRow[]) => void): SinkTable =>
  new SinkTable([properties, events, replies(onReplies), calls, sdkLog, networkStatus]);
