/** Commands of this process whose answer may also come through the stream: whoever consumes it here settles them. */
import type { ReplyRow } from '../../ingest/sinks/replies';

/** A device's answer to a command. */
export interface DeviceAnswer {
  /** 200, or what the device says went wrong. */
  readonly code: number;
  readonly msg: string;
  /** JSON; empty where the device sent none. */
  readonly output: string;
}

const keyOf = (deviceID: bigint, msgToken: bigint): string => `${deviceID}/${msgToken}`;

export class WaitingCommands {
  private readonly waiting = new Map<string, (answer: DeviceAnswer) => void>();

  /** Resolves with the answer when it comes; `stop` forgets the command. */
  wait(deviceID: bigint, msgToken: bigint): { readonly answer: Promise<DeviceAnswer>; stop(): void } {
    const key = keyOf(deviceID, msgToken);
    const answer = new Promise<DeviceAnswer>((resolve) => this.waiting.set(key, resolve));
    return { answer, stop: () => void this.waiting.delete(key) };
  }

  settle(replies: readonly ReplyRow[]): void {
    for (const reply of replies) this.waiting.get(keyOf(reply.deviceID, reply.msgToken))?.(reply);
  }
}
