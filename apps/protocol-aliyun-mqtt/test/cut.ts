import { eventually, type RawMqtt } from '@alink/testing';

/** Resolves once the node has cut the connection; well before its keepalive would have ended it. */
export const cut = (raw: RawMqtt): Promise<void> => eventually(() => expect(raw.isClosed).toBe(true));
