import { NEVER_SEEN as NEVER } from '../../test/presence-world';
import { applyPresence, type PresenceEvent, type PresenceState } from './presence-state';

const STREAM = 1000;
const NEXT_STREAM = 2000;

/** Time of a message: its sequence, so that transcripts are easy to read. */
const connected = (sequence: number, node = 'a', stream = STREAM): PresenceEvent => ({
  kind: 'connected',
  key: { stream, epoch: sequence },
  timestamp: sequence,
  node,
  via: null,
  address: '10.0.0.1:4711',
  clientId: `c${sequence}`,
});
const disconnected = (sequence: number, epoch: number | undefined, stream = STREAM): PresenceEvent => ({
  kind: 'disconnected',
  key: { stream, epoch: sequence },
  epoch,
  timestamp: sequence,
  reason: `end of ${epoch}`,
});

/** An operator makes the device register again. */
interface Reset {
  readonly resetAt: number;
}

/** Applies all, and says after each whether the device is online. */
const transcript = (...events: readonly (PresenceEvent | Reset)[]) => {
  let state = NEVER;
  const changes: string[] = [];
  const states = events.map((event) => {
    if ('resetAt' in event) {
      state = { ...state, firstLogin: null, lastClientId: '', resetAt: event.resetAt };
      return state.isOnline ? 'on' : 'off';
    }
    const applied = applyPresence(state, event);
    state = applied.state;
    if (applied.change)
      changes.push(`${applied.change.isOnline ? 'online' : 'offline'} at ${applied.change.timestamp}`);
    return state.isOnline ? 'on' : 'off';
  });
  return { states: states.join(' '), changes, state };
};

/** Every order of the items. */
const orders = <T>(items: readonly T[]): T[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((item, i) => orders([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]));

describe('applyPresence', () => {
  test('a session begins and ends', () => {
    const { states, changes, state } = transcript(connected(1), disconnected(2, 1));
    expect(states).toBe('on off');
    expect(changes).toEqual(['online at 1', 'offline at 2']);
    expect(state).toMatchObject({ firstLogin: 1, lastLogin: 1, lastOffline: 2, node: null, lastClientId: 'c1' });
  });

  test('a session that takes over outlives the end of the one before', () => {
    const { states, changes, state } = transcript(connected(1), connected(2, 'b'), disconnected(3, 1));
    expect(states).toBe('on on on');
    expect(changes).toEqual(['online at 1']);
    expect(state).toMatchObject({ epoch: 2, node: 'b', firstLogin: 1, lastLogin: 2 });
  });

  test('a take-over is noted, with the nodes where it moves', () => {
    const takeoverOf = (...events: PresenceEvent[]) =>
      applyPresence(transcript(...events.slice(0, -1)).state, events.at(-1)!).takeover;
    const noted = { isOnline: true, timestamp: 2 };
    expect(takeoverOf(connected(1), connected(2, 'b'))).toEqual({
      ...noted,
      reason: 'another session took over, on node b instead of a',
    });
    expect(takeoverOf(connected(1), connected(2))).toEqual({ ...noted, reason: 'another session took over' });
    expect(takeoverOf(connected(1))).toBeUndefined();
    expect(takeoverOf(connected(1), connected(1))).toBeUndefined();
    expect(takeoverOf(connected(2), connected(1, 'b'))).toBeUndefined();
  });

  test('the same message twice does nothing', () => {
    const once = transcript(connected(1), disconnected(2, 1), connected(3));
    const twice = transcript(
      connected(1),
      connected(1),
      disconnected(2, 1),
      disconnected(2, 1),
      connected(1),
      connected(3),
      connected(3),
    );
    expect(twice.changes).toEqual(once.changes);
    expect(twice.state).toEqual(once.state);
  });

  describe.each([
    ['offline after the last end', [connected(1), disconnected(2, 1), connected(3), disconnected(4, 3)], false],
    ['online in the last session', [connected(1), disconnected(2, 1), connected(3)], true],
    ['online after a take-over', [connected(1), connected(2), disconnected(3, 1)], true],
    ['offline after a take-over', [connected(1), connected(2), disconnected(3, 1), disconnected(4, 2)], false],
    [
      'online after two take-overs',
      [connected(1), connected(2), connected(3), disconnected(4, 1), disconnected(5, 2)],
      true,
    ],
  ])('%s', (_case, events, isOnline) => {
    test(`in every order of arrival (${orders(events).length})`, () => {
      const newest = Math.max(...events.map((event) => (event.kind === 'connected' ? event.key.epoch : 0)));
      for (const order of orders(events)) {
        const { state } = transcript(...order);
        expect(state).toMatchObject({ isOnline, epoch: newest, lastLogin: newest });
      }
    });
  });

  test('an end that comes before its beginning wins, and the login is noted', () => {
    const { states, changes, state } = transcript(disconnected(2, 1), connected(1));
    expect(states).toBe('off off');
    expect(changes).toEqual([]);
    expect(state).toMatchObject({ firstLogin: 1, lastClientId: 'c1' });
  });

  describe('a device that is to register again', () => {
    const reset = (resetAt: number): Reset => ({ resetAt });

    test('is not activated until its next session, and its old one still ends', () => {
      const { states, changes, state } = transcript(connected(1), reset(2), disconnected(3, 1));
      expect(states).toBe('on on off');
      expect(changes).toEqual(['online at 1', 'offline at 3']);
      expect(state).toMatchObject({ firstLogin: null, lastLogin: 1, lastOffline: 3 });
      expect(transcript(connected(1), reset(2), disconnected(3, 1), connected(4)).state).toMatchObject({
        isOnline: true,
        firstLogin: 4,
        lastLogin: 4,
      });
    });

    test('is not activated by what was under way, in whatever order it comes', () => {
      const late = transcript(reset(2), connected(1), disconnected(3, 1));
      expect(late.states).toBe('off on off');
      expect(late.state).toMatchObject({ firstLogin: null, lastLogin: 1, lastOffline: 3 });
      for (const order of orders([connected(1), disconnected(3, 1), connected(4)])) {
        const { state } = transcript(reset(2), ...order);
        expect(state).toMatchObject({ isOnline: true, firstLogin: 4, lastLogin: 4 });
      }
      const takenOver = transcript(connected(1), reset(2), connected(4), disconnected(5, 1));
      expect(takenOver.states).toBe('on on on on');
      expect(takenOver.state).toMatchObject({ firstLogin: 4, lastLogin: 4 });
    });

    test('is not activated by a session from before that a node holds', () => {
      const held = (connectedAt: number): PresenceEvent => ({ kind: 'held', connectedAt, timestamp: connectedAt });
      expect(transcript(reset(2), held(1)).state).toMatchObject({ isOnline: true, firstLogin: null });
      expect(transcript(reset(2), held(3)).state).toMatchObject({ isOnline: true, firstLogin: 3 });
    });
  });

  describe('after the stream was lost and made anew', () => {
    test('its sessions are newer, whatever their numbers', () => {
      const { states } = transcript(connected(500), connected(3, 'b', NEXT_STREAM), disconnected(9, 3, NEXT_STREAM));
      expect(states).toBe('on on off');
    });

    test('the end of a session of the old stream is told in the new one', () => {
      expect(transcript(connected(500), disconnected(9, 500, NEXT_STREAM)).states).toBe('on off');
      const late = transcript(connected(500), connected(3, 'b', NEXT_STREAM), disconnected(9, 500, NEXT_STREAM));
      expect(late.states).toBe('on on on');
    });
  });

  test('a node that names no epoch ends what came before its message', () => {
    expect(transcript(connected(1), disconnected(2, undefined)).states).toBe('on off');
    expect(transcript(connected(1), connected(3), disconnected(2, undefined)).states).toBe('on on on');
    expect(transcript(connected(1), disconnected(2, undefined), connected(3)).states).toBe('on off on');
  });

  describe('what a node holds', () => {
    const held = (connectedAt: number, timestamp: number): PresenceEvent => ({ kind: 'held', connectedAt, timestamp });
    const notHeld = (connectedAt: number, timestamp: number): PresenceEvent => ({
      kind: 'notHeld',
      connectedAt,
      timestamp,
    });
    const T = 1_000_000;
    const givenUp: PresenceState = {
      ...NEVER,
      stream: STREAM,
      epoch: 1,
      node: 'a',
      firstLogin: T,
      lastLogin: T,
      lastOffline: T + 60_000,
    };
    const ended: PresenceState = { ...givenUp, node: null };

    test.each<[string, PresenceState, PresenceEvent, boolean]>([
      ['a session whose node had been given up is back', givenUp, held(T + 3, T + 90_000), true],
      ['an older session than the one given up is not', givenUp, held(T - 60_000, T + 90_000), false],
      ['a session that ended by itself is over', ended, held(T + 3, T + 90_000), false],
      ['a later session counts though its beginning was lost', ended, held(T + 70_000, T + 90_000), true],
      ['a device that was never seen is online', NEVER, held(T, T), true],
      ['the newest session has ended', { ...givenUp, isOnline: true }, notHeld(T + 3, T + 90_000), false],
      ['an older session has ended', { ...givenUp, isOnline: true }, notHeld(T - 60_000, T + 90_000), true],
      ['no session is held', { ...givenUp, isOnline: true }, notHeld(0, T + 90_000), false],
    ])('%s', (_case, state, event, isOnline) => {
      const applied = applyPresence(state, event);
      expect(applied.state.isOnline).toBe(isOnline);
      expect(applied.change?.isOnline).toBe(isOnline === state.isOnline ? undefined : isOnline);
    });
  });
});
