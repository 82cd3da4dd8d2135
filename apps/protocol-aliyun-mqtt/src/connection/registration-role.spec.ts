/** How long a connection for registration may last; what it may do is in connections.spec. */
import { jest } from '@jest/globals';
import { FakeLink } from '../../test/fake-link';
import { RegistrationRole } from './registration-role';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const open = (): FakeLink => {
  const link = new FakeLink();
  const role = new RegistrationRole(link, { topic: '/ext/register', payload: '{}' });
  link.onClosed = () => role.closed();
  role.opened();
  return link;
};

test('it is over after 15 s', () => {
  const link = open();
  jest.advanceTimersByTime(14_999);
  expect(link.isClosed).toBe(false);
  jest.advanceTimersByTime(1);
  expect(link.isClosed).toBe(true);
});

test('nothing waits for one that has closed by itself', () => {
  open().close({ how: 'disconnected' });
  expect(jest.getTimerCount()).toBe(0);
});
