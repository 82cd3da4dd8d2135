/** The node's side of the port: it decides as a test says, and notes what it is told. */
import type { SuiteEnding, SuiteLink, SuitePublish, SuiteWelcome } from './port';

interface FilterChange {
  readonly subscribed: readonly string[];
  readonly unsubscribed: readonly string[];
}

export class RecordingEndpoint {
  /** Decides on a CONNECT; by default its ClientID is the name of its session. */
  onOpening: (link: SuiteLink, password: string) => Promise<SuiteWelcome> = async ({ login }) => ({
    session: login.clientId,
  });
  /** Hears that a client is in. */
  onOpened: (link: SuiteLink) => void = () => undefined;
  /** Takes a message; by default it is acknowledged at once. */
  onPublished: (publish: SuitePublish, link: SuiteLink) => Promise<void> = async () => undefined;
  /** Grants a filter; by default any. */
  onSubscribing: (filter: string, isOld: boolean) => boolean = () => true;
  /** Lets a message of before a connection go; by default any. */
  onResending: (topic: string) => boolean = () => true;

  /** Links whose CONNECT was decided on, oldest first. */
  readonly links: SuiteLink[] = [];
  readonly passwords: string[] = [];
  readonly answers: number[] = [];
  readonly opens: SuiteLink[] = [];
  /** Why connections have ended before their CONNECT was decided on. */
  readonly strays: string[] = [];
  readonly publishes: SuitePublish[] = [];
  /** Filters that were asked for. */
  readonly asked: string[] = [];
  readonly changes: FilterChange[] = [];
  readonly acknowledgements: SuiteLink[] = [];
  readonly ends: { readonly link: SuiteLink; readonly ending: SuiteEnding }[] = [];

  opening(link: SuiteLink, password: string): Promise<SuiteWelcome> {
    this.links.push(link);
    this.passwords.push(password);
    return this.onOpening(link, password);
  }

  strayed(_peer: unknown, { message }: Error): void {
    this.strays.push(message);
  }

  answered(returnCode: number): void {
    this.answers.push(returnCode);
  }

  opened(link: SuiteLink): void {
    this.opens.push(link);
    this.onOpened(link);
  }

  published(link: SuiteLink, { topic, payload, qos }: SuitePublish): Promise<void> {
    const publish = { topic, payload, qos };
    this.publishes.push(publish);
    return this.onPublished(publish, link);
  }

  subscribing(_link: SuiteLink, filter: string, isOld: boolean): boolean {
    this.asked.push(filter);
    return this.onSubscribing(filter, isOld);
  }

  resending(_link: SuiteLink, topic: string): boolean {
    return this.onResending(topic);
  }

  filtersChanged(_link: SuiteLink, { subscribed, unsubscribed }: FilterChange): void {
    this.changes.push({ subscribed, unsubscribed });
  }

  acknowledged(link: SuiteLink): void {
    this.acknowledgements.push(link);
  }

  closed(link: SuiteLink, ending: SuiteEnding): void {
    this.ends.push({ link, ending });
  }
}
