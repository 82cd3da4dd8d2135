/** Devices that report as fast as they are answered: as many reports under way in each as its window holds. */
import type { DeviceSocket } from './device-socket';
import { PacketType, type Found } from './packet-splitter';
import type { PreparedReports } from './packets';

/** What all devices of a load have done together. */
export class Tally {
  /** Whether more reports are sent when some are done. */
  sending = true;
  /** Whether what is done now is timed. */
  timing = false;
  sent = 0;
  done = 0;
  /** Milliseconds from PUBLISH to the last answer of each report that was timed. */
  readonly latencies: number[] = [];
  /** Why the load is worth nothing; undefined while all is well. */
  failure: Error | undefined;

  fail(why: string): void {
    this.failure ??= new Error(why);
  }
}

export interface Reporting {
  readonly reports: PreparedReports;
  /** Reports that are not answered yet. */
  readonly window: number;
  /** Whether a report is done with its PUBACK and its `_reply`, or with the PUBACK alone. */
  readonly awaitReply: boolean;
  /** Milliseconds from an answer to the next report; by default none. */
  readonly pauseMs?: number;
  readonly tally: Tally;
}

/**
 * One device. A server acknowledges in the order in which it was asked (MQTT 3.1.1, 4.6): the next answer of a kind is of the
 * oldest report that lacks it. So answers need only be counted; what a reply says is read once, and again where its length is another.
 */
export class Reporter {
  private sent = 0;
  private acknowledged = 0;
  private replied = 0;
  private done = 0;
  private replyLength = -1;
  /** When each report of the window was sent. */
  private readonly sentAt: Float64Array;

  constructor(
    private readonly socket: Pick<DeviceSocket, 'write'>,
    private readonly options: Reporting,
  ) {
    this.sentAt = new Float64Array(options.window);
  }

  begin(): void {
    this.send(this.options.window, performance.now());
  }

  onPacket({ type, bytes, start, body, end }: Found): void {
    if (type === PacketType.puback) {
      const expected = this.options.reports.messageId(this.acknowledged++);
      const id = bytes.readUInt16BE(body);
      if (id !== expected) this.options.tally.fail(`PUBACK ${id} came where ${expected} was next`);
    } else if (type === PacketType.publish) {
      this.replied++;
      if (end - start !== this.replyLength) this.readReply(bytes.subarray(body, end), end - start);
    }
  }

  /** Sends as many reports as what was read has finished. */
  onRead(): void {
    const { awaitReply, pauseMs, tally, window } = this.options;
    const done = awaitReply ? Math.min(this.acknowledged, this.replied) : this.acknowledged;
    const more = done - this.done;
    if (more <= 0) return;
    const now = performance.now();
    if (tally.timing) for (let n = this.done; n < done; n++) tally.latencies.push(now - this.sentAt[n % window]!);
    this.done = done;
    tally.done += more;
    if (pauseMs) setTimeout(() => tally.sending && this.send(more, performance.now()), pauseMs);
    else if (tally.sending) this.send(more, now);
  }

  onClose(): void {
    this.options.tally.fail('a connection was closed under the load');
  }

  private send(count: number, now: number): void {
    const { reports, tally, window } = this.options;
    for (let n = this.sent; n < this.sent + count; n++) this.sentAt[n % window] = now;
    this.socket.write(reports.slice(this.sent, count));
    this.sent += count;
    tally.sent += count;
  }

  /** @param packet a reply from its topic on */
  private readReply(packet: Buffer, length: number): void {
    const payload = packet.toString('utf8', 2 + packet.readUInt16BE(0));
    if (!payload.includes('"code":200')) this.options.tally.fail(`a report was answered with ${payload}`);
    this.replyLength = length;
  }
}
