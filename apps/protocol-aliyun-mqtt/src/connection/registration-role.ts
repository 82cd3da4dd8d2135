/** A connection for registration: it gets its credentials, and can do nothing else. */
import type { Push } from '../connect/verdict';
import { limits } from '../limits';
import type { Link } from '../link/link';
import type { Role } from './role';

export class RegistrationRole implements Role {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly link: Link,
    private readonly push: Push,
  ) {}

  /** Hands the credentials out at once: the Link SDK for C gives up after five seconds. */
  opened(): void {
    const { link, push } = this;
    link.send({ ...push, qos: 0 });
    this.timer = setTimeout(() => void link.end('its time for registration is over'), limits.registrationMs);
  }

  async published(): Promise<void> {}

  /** mosquitto_sub gives up when its SUBSCRIBE is refused, before it sees the push. */
  subscribing(filter: string): boolean {
    return filter === this.push.topic;
  }

  closed(): void {
    clearTimeout(this.timer);
  }
}
