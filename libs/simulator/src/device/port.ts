import type { Login } from '@alink/signing';

/** What a simulated device has of the world: one connection at a time, and a clock. */
export interface DevicePort {
  /** Whether others speak over its connection: then it stays, though it has nothing more to say. */
  readonly isNeeded: boolean;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  /** Calls the device's `wake` at this time or a little later; also earlier, if it was to be called earlier. */
  wakeAt(time: number): void;
  /** Dials. `opened` or `failed` of the device follows, and after `opened`, some time, `closed`. */
  connect(login: Login, options: { readonly encrypted: boolean; readonly clean: boolean }): void;
  publish(message: Outgoing): void;
  subscribe(filters: readonly string[]): void;
  ping(): void;
  /** Takes leave with DISCONNECT; the device hears no more of the connection, and is not woken as things are. */
  end(): void;
  /** Breaks the connection without a word, if there is one; the device hears no more of it, and is not woken as things are. */
  cut(): void;
}

export interface Outgoing {
  readonly topic: string;
  readonly payload: string | Buffer;
  /** At QoS 1; undefined at QoS 0. */
  readonly messageId: number | undefined;
  /** Whether it was sent before. */
  readonly again: boolean;
}
