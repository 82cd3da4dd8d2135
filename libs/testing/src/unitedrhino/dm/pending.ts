/** Requests to devices, and their answers, by token (unitedrhino, things: kept for ten minutes). */
import type { ReadMessage } from '../caller/device-publish';
import { keyOf, type DeviceRef } from './state';

export type RequestKind = 'property' | 'action';

export class PendingRequests {
  private readonly requests = new Map<string, Readonly<Record<string, unknown>>>();
  private readonly answers = new Map<string, ReadMessage>();
  private count = 0;

  /** A token as it makes them: a few hexadecimal digits, of which the last two are the node's. */
  newToken(): string {
    return (((++this.count << 8) & 0xfff00) + 1).toString(16);
  }

  /** @param params what was asked for */
  sent(kind: RequestKind, device: DeviceRef, msgToken: string, params: Readonly<Record<string, unknown>>): void {
    this.requests.set(slot(kind, device, msgToken), params);
  }

  /** A device has answered. @returns what was asked for; undefined where nothing was */
  answered(kind: RequestKind, device: DeviceRef, answer: ReadMessage): Readonly<Record<string, unknown>> | undefined {
    const key = slot(kind, device, answer.msgToken);
    const params = this.requests.get(key);
    if (params) this.answers.set(key, answer);
    // An action may be answered again; a value is set once.
    if (kind === 'property') this.requests.delete(key);
    return params;
  }

  answer(kind: RequestKind, device: DeviceRef, msgToken: string): ReadMessage | undefined {
    return this.answers.get(slot(kind, device, msgToken));
  }
}

const slot = (kind: RequestKind, device: DeviceRef, msgToken: string): string => `${kind}/${keyOf(device)}/${msgToken}`;
