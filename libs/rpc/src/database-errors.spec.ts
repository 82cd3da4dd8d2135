import { withDatabaseErrors, type DatabaseFault } from './database-errors';
import { RpcError } from './rpc-error';

/** What the caller of a handler sees when the database says that, and whether it counts as a failure. */
const answerTo = async (
  request: object,
  fault: DatabaseFault | undefined,
  thrown: unknown = new Error('its words'),
) => {
  const failures: unknown[] = [];
  const handler = async (_request: object, _context: object) => Promise.reject(thrown);
  const { ask } = withDatabaseErrors(
    { ask: handler },
    { faultOf: () => fault, onFailure: (error) => void failures.push(error) },
  );
  const answer: unknown = await ask(request, {}).catch((error: unknown) => error);
  return { answer, failures };
};

describe('withDatabaseErrors', () => {
  test.each<[string, object, DatabaseFault, number, string]>([
    ['away', {}, { kind: 'failure' }, 100008, 'the database cannot be used now'],
    ['too many values', {}, { kind: 'tooManyValues' }, 100006, 'a list in the request is too long: split it'],
    ['a number', { page: null, types: ['1', '3000000000'] }, number('3000000000'), 100006, 'types[1] is out of range'],
    ['a rounded number', { id: '9223372036854775807' }, number('9223372036854775807'), 100006, 'id is out of range'],
    ['a number of no field', { id: '7' }, number('3000000000'), 100006, 'a number in the request is out of range'],
    ['a number not told', { id: '7' }, number(undefined), 100006, 'a number in the request is out of range'],
    ['an escape', { tsl: '{"name":"\\u0000"}' }, { kind: 'text' }, 100006, 'tsl must not contain U+0000'],
    ['a text of no field', {}, { kind: 'text' }, 100006, 'a text in the request must not contain U+0000'],
  ])('%s', async (_case, request, fault, code, message) => {
    const { answer, failures } = await answerTo(request, fault);
    expect(answer).toMatchObject({ name: 'RpcError', code, message });
    expect(failures).toHaveLength(code === 100008 ? 1 : 0);
  });

  test('a rounded number is found by its exact text', async () => {
    const rounded = String(Number('9223372036854775807'));
    const { answer } = await answerTo({ id: '5', other: '9223372036854775807' }, number(rounded));
    expect(answer).toMatchObject({ message: 'other is out of range' });
  });

  test('other errors pass as they are, and an answer too', async () => {
    const refusal = new RpcError(100009, 'no such thing');
    expect((await answerTo({}, { kind: 'failure' }, refusal)).answer).toBe(refusal);
    const bug = new TypeError('a bug');
    expect((await answerTo({}, undefined, bug)).answer).toBe(bug);
    const fine = { ask: async (request: object) => request };
    const options = { faultOf: () => undefined, onFailure: () => undefined };
    expect(await withDatabaseErrors(fine, options).ask({ code: 'a' })).toEqual({ code: 'a' });
  });
});

function number(digits: string | undefined): DatabaseFault {
  return { kind: 'number', number: digits };
}
