/**
 * Lines about clients that MQTT demands to be cut: once a minute for each address and cause, because firmware that does it
 * once does it again at once.
 */
import { Seldom, type Clock } from '@alink/runtime';
import { hostPort } from '@alink/text';
import { identityOf } from '../connect/attempt';
import type { Journal } from '../journal';
import type { Peer } from '../link/peer';
import type { ProtocolFault } from '../link/protocol-fault';

const MINUTE_MS = 60_000;
/** Code of such lines: CONNACK 1 says that what a client speaks is not spoken here. */
const CLOSED = 1;

export interface FaultLinesOptions {
  readonly journal: Journal;
  readonly clock: Clock;
}

export class FaultLines {
  private readonly lines: Seldom;

  constructor(private readonly options: FaultLinesOptions) {
    this.lines = new Seldom({ intervalMs: MINUTE_MS, clock: options.clock });
  }

  /**
   * A connection has ended so, whether or not anybody was let in.
   * @param username what its CONNECT said, if one could be read: the device that it names has the line in its log, too
   */
  note({ address, port }: Peer, fault: ProtocolFault, username = ''): void {
    const named = identityOf(username);
    // What a fault says that the client did may quote it; what is to be done does not.
    const heldBack = this.lines.take(`${address} ${named?.productKey} ${named?.deviceName} ${fault.step}`);
    if (heldBack === undefined) return;
    const from = hostPort(address, port);
    const about = { productKey: '', deviceName: '', ...named, ...(named && { code: CLOSED }) };
    const more = heldBack > 0 ? ` (and ${heldBack} times since the last line)` : '';
    const text = `closed (from ${from}): ${fault.message}${more}`;
    this.options.journal.note({ kind: 'refuse', ...about, text, isUnproven: true, from });
  }
}
