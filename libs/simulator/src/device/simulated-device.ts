/**
 * One device, from its first connection to its last: it connects, says what is due, answers what it is told, and comes back
 * after each loss. It has no socket and no timer: events come in by its methods, and what it does goes out by its port.
 */
import { loginOf, type SignMethod, type Way } from '@alink/signing';
import type { Json } from '@alink/thing-model';
import { answerTo } from '../messages/answer';
import { randomOf } from '../values/random';
import type { DevicePort } from './port';
import { grantOf, registers } from './registration';
import { readReply } from './reply';
import { Speech, type SpeechOptions } from './speech';
import { subscriptionsOf } from './subscriptions';
import type { Tally } from './tally';

export interface DeviceOptions extends SpeechOptions {
  readonly way: Way;
  readonly signMethod: SignMethod;
  /** Whether its connection is encrypted; a registration's always is. */
  readonly encrypted: boolean;
  readonly keepaliveS: number;
  /** Whether it subscribes its topics, as older SDKs do; else its ClientID asks for them (`_ss=1`). */
  readonly subscribes: boolean;
  /** Whether synchronous calls come on their full topic (`ext=1`). */
  readonly fullRrpc: boolean;
  /** Whether it leaves what it is told unanswered. */
  readonly silent: boolean;
  /** Milliseconds after which its connection is cut, on average; without it never. */
  readonly cutEveryMs?: number;
  /** Failures to connect, one after the other, after which it gives up; 0: never. */
  readonly attempts: number;
}

type Phase = 'new' | 'registering' | 'connecting' | 'online' | 'resting' | 'ended';

/** The time that a Link SDK for C 4.x waits for its CONNACK (aiot_mqtt_api.c), and that is allowed for a PINGRESP. */
const CONNECT_TIMEOUT_MS = 10_000;
const PONG_TIMEOUT_MS = 10_000;
/** Pauses before it dials again: twice as long after each failure. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** Of a keepalive, how many milliseconds a second has: the ping comes after three quarters. */
const PING_AFTER = 750;
/** What the C SDKs put into each ClientID: with it, a device says the same at every start. */
const SDK_TIMESTAMP = 2_524_608_000_000;

export class SimulatedDevice {
  private phase: Phase = 'new';
  private way: Way;
  private readonly speech: Speech;
  private readonly settings = new Map<string, Json>();
  private commands = 0;
  private chances = 0;
  private failures = 0;
  private leaving = false;
  /** When connecting has taken too long, or resting is over. */
  private deadline = Infinity;
  private lastSentAt = 0;
  private pongDueAt = Infinity;
  private cutAt = Infinity;

  constructor(
    private readonly options: DeviceOptions,
    private readonly port: DevicePort,
    private readonly tally: Tally,
  ) {
    this.way = options.way;
    this.speech = new Speech(
      options,
      (message) => {
        this.lastSentAt = port.now();
        port.publish(message);
      },
      tally,
    );
  }

  get deviceName(): string {
    return this.options.speaker.device.deviceName;
  }
  get isOnline(): boolean {
    return this.phase === 'online';
  }
  get hasEnded(): boolean {
    return this.phase === 'ended';
  }
  /** Whether it was ever let in. */
  get wasOnline(): boolean {
    return this.speech.hasBegun;
  }

  start(): void {
    this.dial();
  }

  /** Sends nothing more, and leaves when all replies are there. */
  leave(): void {
    this.leaving = true;
    this.speech.stop();
    if (this.phase === 'online') this.wake();
    else this.endNow();
  }

  /** Leaves at once. */
  endNow(): void {
    if (this.phase === 'ended') return;
    if (this.phase === 'online') this.port.end();
    else this.port.cut();
    this.phase = 'ended';
    this.speech.giveUp();
  }

  /** CONNACK 0. */
  opened(): void {
    if (this.phase === 'registering') return; // what it asks for is pushed
    const now = this.port.now();
    this.phase = 'online';
    this.failures = 0;
    this.lastSentAt = now;
    this.pongDueAt = Infinity;
    this.tally.connects += 1;
    const { subscribes, cutEveryMs, speaker } = this.options;
    this.cutAt = cutEveryMs === undefined ? Infinity : now + cutEveryMs * (0.5 + this.chance('cut'));
    if (subscribes) this.port.subscribe(subscriptionsOf(speaker.device));
    this.speech.begin(now);
    this.wake();
  }

  /** The server refused it, or could not be reached, or ended a connection that was not open yet. */
  failed(why: string): void {
    this.tally.failedToConnect(why);
    this.failures += 1;
    const { attempts } = this.options;
    if (attempts === 0 || this.failures < attempts) return this.rest(this.failures);
    this.tally.gaveUp += 1;
    this.endNow();
  }

  /** The connection was lost. */
  closed(): void {
    if (this.phase === 'registering') return this.failed('closed before credentials came');
    this.tally.losses += 1;
    this.lost();
  }

  granted(codes: readonly number[]): void {
    this.tally.refusedFilters += codes.filter((code) => code > 2).length;
  }

  acknowledged(messageId: number): void {
    this.tally.acknowledged += 1;
    this.speech.acknowledged(messageId);
  }

  /** Anything has come: the connection lives. */
  heard(): void {
    this.pongDueAt = Infinity;
  }

  published(topic: string, payload: Buffer): void {
    if (this.phase === 'registering') return this.granting(topic, payload);
    const reply = readReply(topic, payload);
    if (!reply) return this.told(topic, payload);
    this.tally.replies += 1;
    this.speech.replied(this.port.now(), reply);
    this.wake();
  }

  /** Does what is due, and says when it is to be woken again. */
  wake(): void {
    const now = this.port.now();
    if (this.phase === 'online') this.live(now);
    else if (now >= this.deadline) this.overdue();
    this.plan();
  }

  private live(now: number): void {
    if (now >= this.cutAt) {
      this.tally.cuts += 1;
      this.port.cut();
      return this.lost();
    }
    if (now >= this.pongDueAt) {
      this.port.cut();
      return this.closed();
    }
    this.speech.speak(now);
    if (this.speech.isOver && !this.port.isNeeded) return this.endNow();
    if (now < this.pingAt || this.pongDueAt !== Infinity) return;
    this.port.ping();
    this.lastSentAt = now;
    this.pongDueAt = now + PONG_TIMEOUT_MS;
  }

  private overdue(): void {
    if (this.phase === 'resting') return this.dial();
    this.port.cut();
    this.failed('no CONNACK in time');
  }

  private plan(): void {
    if (this.phase === 'ended') return;
    const online = this.phase === 'online';
    this.port.wakeAt(online ? Math.min(this.speech.dueAt, this.cutAt, this.pongDueAt, this.pingAt) : this.deadline);
  }

  private get pingAt(): number {
    const { keepaliveS } = this.options;
    return keepaliveS > 0 ? this.lastSentAt + keepaliveS * PING_AFTER : Infinity;
  }

  private dial(): void {
    const { speaker, signMethod, encrypted, clean, subscribes, fullRrpc } = this.options;
    const registering = registers(this.way);
    this.phase = registering ? 'registering' : 'connecting';
    this.deadline = this.port.now() + CONNECT_TIMEOUT_MS;
    const extra = { ...(subscribes ? {} : { _ss: '1' }), ...(fullRrpc ? { ext: '1' } : {}) };
    const signer = { ...speaker.device, signMethod, now: SDK_TIMESTAMP, extra };
    const isEncrypted = encrypted || registering;
    this.port.connect(loginOf(this.way, signer, isEncrypted), { encrypted: isEncrypted, clean: clean || registering });
    this.plan();
  }

  private granting(topic: string, payload: Buffer): void {
    const way = grantOf(topic, payload);
    if (!way) return;
    this.way = way;
    this.tally.registered += 1;
    this.port.end();
    this.dial();
  }

  private lost(): void {
    this.speech.breakOff();
    this.rest(1);
    if (this.leaving) this.endNow();
  }

  private rest(failures: number): void {
    this.phase = 'resting';
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10));
    // Devices that were lost together do not come back together.
    this.deadline = this.port.now() + pause * (0.5 + this.chance('pause') / 2);
    this.plan();
  }

  private chance(of: string): number {
    this.chances += 1;
    return randomOf(this.options.speaker.seed, this.deviceName, of, this.chances).next();
  }

  private told(topic: string, payload: Buffer): void {
    const { speaker, silent } = this.options;
    const { device, model, seed, startTime: asOf = SDK_TIMESTAMP } = speaker;
    const random = randomOf(seed, this.deviceName, 'answer', this.commands);
    const heard = answerTo(topic, payload, { device, model, random, asOf, settings: this.settings });
    if (!heard) return;
    this.commands += 1;
    this.tally.toldOf(heard.kind);
    if (!heard.answer || silent) return;
    this.lastSentAt = this.port.now();
    this.port.publish({ ...heard.answer, messageId: undefined, again: false });
  }
}
