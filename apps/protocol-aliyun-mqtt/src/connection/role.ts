/** What the client of a link may do, once it is let in: what an endpoint is told, without the link. */
import type { FilterChange, Publish } from '../link/endpoint';
import type { Ending } from '../link/link';

export interface Role {
  /** Its CONNACK is sent. */
  opened(): void;
  /** Takes a PUBLISH. Resolves: it is acknowledged. Rejects: the connection closes. */
  published(publish: Publish): Promise<void>;
  /**
   * Whether it may have that filter.
   * @param isOld of before this connection
   */
  subscribing(filter: string, isOld: boolean): boolean;
  /** Whether a message of before this connection may still be sent to it. */
  resending?(topic: string): boolean;
  filtersChanged?(change: FilterChange): void;
  /** A message of QoS 1 has arrived. */
  acknowledged?(): void;
  /** The connection is gone. */
  closed?(ending: Ending): void;
}
