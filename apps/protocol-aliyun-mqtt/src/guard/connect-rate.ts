/**
 * How often one device may log in, or ask for credentials. Only logins that have proved their secret count: nobody else can use up a device's
 * share.
 */
import type { Clock } from '@alink/runtime';
import type { Refusal } from '../connect/refusals';
import type { CredentialsRate } from '../connect/ways/way';
import { EventRate } from './event-rate';
import { tooManyLogins } from './guard-refusals';

const MINUTE_MS = 60_000;
/** Devices remembered: as many as a node of this size can hold. */
const MAX_DEVICES = 200_000;
const MAX_LINES = 10_000;

export class ConnectRate implements CredentialsRate {
  private readonly logins: EventRate;
  private readonly lines: EventRate;

  /** @param perMinute 0 = no limit */
  constructor(
    private readonly perMinute: number,
    clock: Clock,
  ) {
    this.logins = new EventRate({ limit: perMinute, windowMs: MINUTE_MS, maxKeys: MAX_DEVICES }, clock);
    this.lines = new EventRate({ limit: 1, windowMs: MINUTE_MS, maxKeys: MAX_LINES }, clock);
  }

  /** A device has proved who it is. @returns why it may not come in now, or undefined */
  refuse(productKey: string, deviceName: string): Refusal | undefined {
    if (this.perMinute === 0) return undefined;
    const device = `${productKey}&${deviceName}`;
    if (this.logins.take(device)) return undefined;
    return tooManyLogins(this.perMinute, !this.lines.take(device));
  }
}
