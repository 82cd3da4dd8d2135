/** What a client did that MQTT answers by closing the connection, for the person who looks after the client. */
export class ProtocolFault extends Error {
  override readonly name = 'ProtocolFault';

  /**
   * @param did what it did
   * @param step what to do about it
   */
  constructor(
    readonly did: string,
    readonly step: string,
  ) {
    super(`${did}; ${step}`);
  }
}
