/** Why NATS cannot be used, in words for an operator. */
import { tlsFault } from '@alink/runtime';
import { ErrorCode } from 'nats';

/** By the code of the client's error, which is a word, or the system's. */
const WORDS: Readonly<Record<string, string>> = {
  [ErrorCode.AuthorizationViolation]: 'refuses the login (user and password, or token, in NATS_URL)',
  [ErrorCode.AuthenticationExpired]: 'refuses the login: it has expired',
  [ErrorCode.ServerOptionNotAvailable]: 'does not offer TLS, which is asked for',
  ENOTFOUND: 'has an unknown host name',
  EAI_AGAIN: 'has a host name that cannot be looked up',
};

export interface NatsFaultOptions {
  /** Whether TLS is asked for. */
  readonly secured: boolean;
  /** Whether a certificate of ours is shown. */
  readonly showsCertificate: boolean;
}

/**
 * Goes on from the name of the server: "refuses the login". Undefined where it does not answer, or nothing better is known
 * than what the error itself says.
 */
export const natsFault = (error: unknown, { secured, showsCertificate }: NatsFaultOptions): string | undefined => {
  const { code } = Object(error) as { code?: unknown };
  const known = WORDS[String(code)];
  if (known) return known;
  const fault = tlsFault(error);
  if (fault) return `cannot be used over TLS: ${fault}`;
  // In TLS 1.3 it refuses after the handshake, and the client does not hear of it.
  if (code === ErrorCode.Timeout && secured && !showsCertificate) {
    return 'does not answer; it may want a client certificate (NATS_CERT_FILE, NATS_KEY_FILE)';
  }
  return undefined;
};

/** Why JetStream did not do what was asked. */
export const jetStreamFault = (error: unknown): string => {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  if (code === ErrorCode.JetStreamNotEnabled) return 'JetStream is not enabled there (nats-server -js)';
  if (code === ErrorCode.PermissionsViolation) return `the user has not the right (${String(message)})`;
  return String(message ?? error);
};
