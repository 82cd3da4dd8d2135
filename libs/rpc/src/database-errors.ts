/** What handlers answer where their database fails them. */
import { Code } from '@alink/contract';
import { badField, findText } from './request-text';
import { RpcError } from './rpc-error';

/** What the database has against a call. */
export type DatabaseFault =
  /** It is away, or does what it should not. */
  | { readonly kind: 'failure' }
  /** It takes no list as long as one in the request. */
  | { readonly kind: 'tooManyValues' }
  /** A number that its column does not take, as far as it says which. */
  | { readonly kind: 'number'; readonly number: string | undefined }
  /** A text that it does not keep: with U+0000. */
  | { readonly kind: 'text' };

export interface DatabaseErrorsOptions {
  /** What an error says of the database; undefined when it is none of the database's. */
  readonly faultOf: (error: unknown) => DatabaseFault | undefined;
  /** Told of a failure: the caller sees 100008 only. */
  readonly onFailure: (error: unknown) => void;
}

type AnyHandlers = Readonly<Record<string, (request: object, context: never) => Promise<unknown>>>;

/** The same handlers, which answer 100008 where the database fails them, and 100006 where the request is to blame. */
export const withDatabaseErrors = <H extends object>(handlers: H, { faultOf, onFailure }: DatabaseErrorsOptions): H =>
  Object.fromEntries(
    Object.entries(handlers as AnyHandlers).map(([name, handler]) => [
      name,
      async (request: object, context: never) => {
        try {
          return await handler(request, context);
        } catch (error) {
          const fault = error instanceof RpcError ? undefined : faultOf(error);
          if (!fault) throw error;
          if (fault.kind === 'failure') onFailure(error);
          throw answerTo(fault, request, error);
        }
      },
    ]),
  ) as unknown as H;

const answerTo = (fault: DatabaseFault, request: object, cause: unknown): RpcError => {
  switch (fault.kind) {
    case 'failure':
      return new RpcError(Code.database, 'the database cannot be used now', { cause });
    case 'tooManyValues':
      return new RpcError(Code.parameter, 'a list in the request is too long: split it', { cause });
    case 'number': {
      const { number } = fault;
      // Beyond 2^53 it reached the database rounded.
      const field = findText(
        request,
        (text) => text === number || (isInteger(text) && String(Number(text)) === number),
      );
      return badField(field ?? 'a number in the request', 'is out of range');
    }
    case 'text': {
      // The character itself does not come as far as this; its escape does, inside JSON.
      const field = findText(request, (text) => text.includes('\\u0000'));
      return badField(field ?? 'a text in the request', 'must not contain U+0000');
    }
  }
};

const isInteger = (text: string): boolean => /^-?\d+$/.test(text);
