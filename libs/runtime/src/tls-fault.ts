/** Why a TLS connection did not come about, in words for an operator. */

/** By what OpenSSL and Node say: as the code of an error, or as words in the message of a library above them. */
const FAULTS: readonly (readonly [RegExp, string])[] = [
  [/CERT_HAS_EXPIRED|certificate has expired/i, 'its certificate has expired'],
  [/CERT_NOT_YET_VALID|certificate is not yet valid/i, 'its certificate is not valid yet'],
  [/ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate's altnames/i, 'its certificate is for another name'],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_(?:GET_ISSUER|VERIFY)|self.signed certificate|unable to (?:get (?:local )?issuer|verify)/i,
    'its certificate is not trusted',
  ],
  [
    /alert (?:number (?:40|42|43|44|45|46|48|116)\b|certificate required|bad certificate|unknown ca|handshake failure)/i,
    'it does not take our client certificate, or wants one',
  ],
  [
    /wrong version number|packet length too long|disconnected before secure TLS connection/i,
    'it does not speak TLS there',
  ],
];

interface Link {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  /** What the NATS client calls the cause. */
  readonly chainedError?: unknown;
}

/** An error and its causes, outermost first. */
function* chain(thrown: unknown): Generator<Link> {
  let link = thrown as Link;
  for (let depth = 0; typeof link === 'object' && link !== null && depth < 8; depth++) {
    yield link;
    link = (link.cause ?? link.chainedError) as Link;
  }
}

/** Undefined for an error that is not about TLS. The words go on from the name of the server: "its certificate ...". */
export const tlsFault = (thrown: unknown): string | undefined => {
  for (const { code, message } of chain(thrown)) {
    const text = `${String(code ?? '')} ${String(message ?? '')}`;
    const fault = FAULTS.find(([pattern]) => pattern.test(text));
    if (fault) return fault[1];
  }
  return undefined;
};
