import { NatsError, type Msg } from 'nats';

export const isNatsError = (error: unknown): error is NatsError => error instanceof NatsError;

/** The status that a server's own message carries instead of data; 0 for a message with data. */
export const statusOf = (message: Msg): number =>
  message.headers && message.data.length === 0 ? message.headers.code : 0;

/** Status of an answer that says that nobody listens on the subject. */
export const NO_RESPONDERS = 503;
