/**
 * How a gateway device brings its sub-devices online, many at once: it registers them, adds them, logs them in, and out. It
 * has no connection and no clock of its own but timers: what it asks goes out by `send`, what it hears comes in by its methods.
 */
import type { DeviceIdentity, SignMethod } from '@alink/signing';
import type { Tally } from '../device/tally';
import { mostOf, paramsOf, stages, topicOf, type SubSigner } from './requests';
import { stageKinds, type Stage, type SubClient } from './sub-client';

export interface AttendanceOptions {
  readonly gateway: DeviceIdentity;
  readonly signMethod: SignMethod;
  readonly unasked: boolean;
}

/** Those who want the same within this time are asked for together. */
const GATHER_MS = 50;
/** Requests that may wait for their replies at once. */
const WINDOW = 4;
/** As for every reply. */
const REPLY_TIMEOUT_MS = 10_000;
/** Ids that no report of the gateway device has. */
const FIRST_ID = 1_000_000_000;

interface Asked {
  readonly stage: Stage;
  readonly clients: readonly SubClient[];
  readonly sentAt: number;
  readonly timer: NodeJS.Timeout;
}

/** Codes that are about a device, so that it is worth asking for each of a refused batch alone. */
const isAboutDevice = (code: number): boolean => code >= 5000 || code === 401 || code === 520;

export class Attendance {
  private readonly waiting = new Map<SubClient, Stage>();
  /** Those for which batches were refused. */
  private readonly alone = new Set<SubClient>();
  private readonly asked = new Map<string, Asked>();
  private gathering: NodeJS.Timeout | undefined;
  private isOnline = false;
  private count = 0;

  constructor(
    private readonly options: AttendanceOptions,
    private readonly send: (topic: string, payload: string) => void,
    private readonly tally: Tally,
  ) {}

  /** Whether it waits for anything. */
  get isBusy(): boolean {
    return this.waiting.size > 0 || this.asked.size > 0;
  }

  /** The sub-device wants to be online. */
  enter(client: SubClient): void {
    this.waiting.set(client, client.stage);
    this.gather();
  }

  /** It wants to be online no more, and is not. */
  giveUp(client: SubClient): void {
    this.waiting.delete(client);
  }

  /** It is online, and wants to be no more. */
  leave(client: SubClient): void {
    if (this.isOnline) this.waiting.set(client, 'logout');
    this.gather();
  }

  /** The gateway device is online. */
  begin(): void {
    this.isOnline = true;
    this.gather();
  }

  /** Its connection is gone, and with it every session. What was asked is asked again on the next. */
  breakOff(): void {
    this.isOnline = false;
    this.tally.unanswered += this.asked.size;
    for (const { stage, clients, timer } of this.asked.values()) {
      clearTimeout(timer);
      if (stage !== 'logout') for (const client of clients) this.waiting.set(client, client.stage);
    }
    this.asked.clear();
    for (const [client, stage] of this.waiting) if (stage === 'logout') this.waiting.delete(client);
  }

  /** @returns whether it was a reply to what it has asked */
  heard(topic: string, payload: Buffer): boolean {
    if (!stages.some((stage) => topic === `${topicOf(stage, this.options.gateway)}_reply`)) return false;
    const { id, code, message, data } = JSON.parse(payload.toString()) as Record<string, unknown>;
    const asked = this.asked.get(String(id));
    if (!asked) return true;
    this.asked.delete(String(id));
    clearTimeout(asked.timer);
    this.tally.replies += 1;
    this.tally.answeredOf(stageKinds[asked.stage], Number(code), String(message), performance.now() - asked.sentAt);
    if (code === 200) this.granted(asked, data);
    else this.refused(asked, Number(code), String(message), data);
    this.gather();
    return true;
  }

  private gather(): void {
    if (!this.isOnline || this.waiting.size === 0) return;
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      this.ask();
    }, GATHER_MS);
  }

  private ask(): void {
    for (const stage of stages) {
      while (this.isOnline && this.asked.size < WINDOW) {
        const clients = this.take(stage);
        if (clients.length === 0) break;
        this.request(stage, clients);
      }
    }
  }

  /** Takes out as many as one request is for. */
  private take(stage: Stage): SubClient[] {
    const taken: SubClient[] = [];
    for (const [client, wants] of this.waiting) {
      if (wants !== stage) continue;
      const isAlone = this.alone.has(client);
      if (isAlone && taken.length > 0) continue;
      taken.push(client);
      if (isAlone || taken.length === mostOf[stage]) break;
    }
    for (const client of taken) this.waiting.delete(client);
    return taken;
  }

  private request(stage: Stage, clients: readonly SubClient[]): void {
    const { gateway, signMethod, unasked } = this.options;
    const id = String(FIRST_ID + this.count++);
    const signer: SubSigner = { signMethod, unasked, now: Date.now() };
    const payload = JSON.stringify({ id, version: '1.0', params: paramsOf(stage, clients, signer) });
    const timer = setTimeout(() => this.overdue(id), REPLY_TIMEOUT_MS);
    this.asked.set(id, { stage, clients, sentAt: performance.now(), timer });
    this.tally.sentOf(stageKinds[stage]);
    this.send(topicOf(stage, gateway), payload);
  }

  private overdue(id: string): void {
    const { stage, clients } = this.asked.get(id)!;
    this.asked.delete(id);
    this.tally.unanswered += 1;
    if (stage !== 'logout') for (const client of clients) client.refused(`no reply to ${stageKinds[stage]} in time`);
    this.gather();
  }

  private granted({ stage, clients }: Asked, data: unknown): void {
    for (const client of clients) {
      this.alone.delete(client);
      if (stage === 'login') client.loggedIn();
      else if (stage === 'attach') this.goOn(client, 'login');
      else if (stage === 'register') this.registered(client, data);
    }
  }

  private registered(client: SubClient, data: unknown): void {
    const { productKey, deviceName } = client.identity;
    const devices = data as (DeviceIdentity & { readonly deviceSecret: string })[];
    const own = devices.find((each) => each.productKey === productKey && each.deviceName === deviceName);
    if (!own) return client.refused('sub-register: it is not among those registered');
    client.deviceSecret = own.deviceSecret;
    this.goOn(client, 'attach');
  }

  private goOn(client: SubClient, stage: SubClient['stage']): void {
    client.stage = stage;
    this.waiting.set(client, stage);
  }

  private refused({ stage, clients }: Asked, code: number, message: string, data: unknown): void {
    if (stage === 'logout') return;
    const named = Array.isArray(data) ? (data as DeviceIdentity[]) : [];
    const isNamed = ({ identity }: SubClient): boolean =>
      named.some(
        ({ productKey, deviceName }) => productKey === identity.productKey && deviceName === identity.deviceName,
      );
    const culprits = clients.filter(isNamed);
    const isKnown = clients.length === 1 || !isAboutDevice(code);
    for (const client of clients) {
      if (isKnown || (culprits.length < clients.length && culprits.includes(client))) {
        // Whoever took it from this gateway device may give it back.
        if (code === 6401) client.stage = 'attach';
        this.alone.delete(client);
        client.refused(`${stageKinds[stage]} ${code} ${message}`);
        continue;
      }
      if (culprits.length === 0 || culprits.length === clients.length) this.alone.add(client);
      this.waiting.set(client, client.stage);
    }
  }
}
