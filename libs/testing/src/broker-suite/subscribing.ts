/** Filters: granted or refused one by one, held, and given back. */
import { eventually } from '../eventually';
import type { Stage } from './stage';

export const subscribing = (stage: Stage): void => {
  const { endpoint } = stage;

  test('each filter of a SUBSCRIBE is granted or refused for itself', async () => {
    endpoint.onSubscribing = (filter) => filter !== 'foreign/#';
    const { raw, link } = await stage.open();
    expect(await stage.subscribe(raw, 'own/a', 'foreign/#', 'own/b')).toEqual([1, 0x80, 1]);
    await eventually(() => expect(endpoint.changes).toEqual([{ subscribed: ['own/a', 'own/b'], unsubscribed: [] }]));
    expect([...link.filters].sort()).toEqual(['own/a', 'own/b']);
    expect(link.holds('foreign/x')).toBe(false);
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ['a/b', ['a/b'], ['a', 'a/b/c', 'a/c', '/a/b']],
    ['a/+', ['a/b', 'a/'], ['a', 'a/b/c']],
    ['a/#', ['a', 'a/b', 'a/b/c'], ['ab', 'b/a']],
    ['+/b', ['a/b', '/b'], ['a', '$SYS/b']],
    ['#', ['a', 'a/b', '/'], ['$SYS/uptime']],
  ])('%s selects what it should', async (filter, selected, others) => {
    const { raw, link } = await stage.open();
    await stage.subscribe(raw, filter);
    expect(selected.map((topic) => link.holds(topic))).toEqual(selected.map(() => true));
    expect(others.map((topic) => link.holds(topic))).toEqual(others.map(() => false));
  });

  test('UNSUBSCRIBE tells all that it names, held or not', async () => {
    const { raw, link } = await stage.open();
    await stage.subscribe(raw, 'a', 'b');
    raw.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['a', 'never/held'] });
    expect((await raw.next('unsuback')).messageId).toBe(2);
    await eventually(() =>
      expect(endpoint.changes.at(-1)).toEqual({ subscribed: [], unsubscribed: ['a', 'never/held'] }),
    );
    expect([link.filters, link.holds('a'), link.holds('b')]).toEqual([['b'], false, true]);
  });

  test('a filter that is subscribed again is held once', async () => {
    const { raw, link } = await stage.open();
    await stage.subscribe(raw, 'a');
    expect(await stage.subscribe(raw, 'a')).toEqual([1]);
    expect(link.filters).toEqual(['a']);
  });

  test('the end of a connection is no UNSUBSCRIBE', async () => {
    const { raw, link } = await stage.open();
    await stage.subscribe(raw, 'a');
    await raw.close();
    await stage.endingOf(link);
    expect(endpoint.changes).toEqual([{ subscribed: ['a'], unsubscribed: [] }]);
  });

  test.each(['a#', 'a/#/b', 'a+'])('"%s", which is no filter, ends the connection or is refused', async (filter) => {
    // Whoever grants filters knows which are none; a broker may know it as well.
    endpoint.onSubscribing = () => false;
    const { raw, link } = await stage.open();
    const text = Buffer.from(filter);
    raw.sendBytes(Buffer.concat([Buffer.from([0x82, text.length + 5, 0, 1, 0, text.length]), text, Buffer.from([1])]));
    const granted = raw.next('suback').then(
      (suback) => suback.granted,
      () => 'closed',
    );
    expect([[0x80], 'closed']).toContainEqual(await granted);
    expect(link.filters).toEqual([]);
  });
};
