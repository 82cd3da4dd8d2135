/**
 * Limits of the device protocol ("Alibaba Cloud IoT documentation, 'Limits'") and of this node, each with what
 * breaks without it.
 */
export const limits = {
  /** Bytes of a PUBLISH payload. Larger ones are refused by closing the connection, as the platform did. */
  maxPayloadBytes: 256 * 1024,
  /** Bytes of a whole MQTT packet: payload plus the longest topic. Bounds what one connection can make us buffer. */
  maxPacketBytes: 256 * 1024 + 65_535 + 16,
  /**
   * Bytes of a CONNECT after its length. Nobody is known before it is there, so that what strangers send is all that it
   * bounds; the longest that devices send, with a token as password, has less than two thousand.
   */
  maxConnectBytes: 8192,
  /** Filters of one device; more get SUBACK 0x80. */
  maxSubscriptions: 100,
  /** Filters of one connection: 50 of each of 2,000 sub-devices. Some hundred bytes each, and those of who is gone count too. */
  maxSubscriptionsOfLink: 100_000,
  /**
   * Times what one device may have that a connection may, over which many speak: be read, and have under way. A gateway device
   * speaks for up to 2,000; 20 times 200 packets a second let each report twice a second. One connection must not keep the
   * node from the others: so many packets are a fifth of a processor's time.
   */
  maxShares: 20,
  /** Filters in one SUBSCRIBE or UNSUBSCRIBE; more close the connection: one packet is handled in one go. */
  maxFiltersAtOnce: 500,
  /** Seconds of keepalive that a CONNECT may ask for; anything else is refused, not clamped. */
  keepalive: { min: 30, max: 1200 },
  /** Milliseconds from accept to CONNECT. Without it silent sockets collect. */
  connectTimeoutMs: 10_000,
  /** Milliseconds that a connection for registration may last ("MQTT dynamic registration": closed after 15 s). */
  registrationMs: 15_000,
  /** Connections that have not sent a whole CONNECT or TLS record yet. Without it they take all descriptors. */
  silent: {
    /** Of more, the oldest is closed, */
    max: 10_000,
    /** unless it is younger than so many milliseconds. */
    youngMs: 1000,
  },
  /** The way from accept to CONNACK. Without it a fleet that comes back at once is served too late, all of it. */
  acceptQueue: {
    /** Connections worked on at once: enough to keep a processor busy over long round trips. */
    slots: 200,
    /** Milliseconds that a connection keeps its slot without a CONNECT: a TLS handshake over a slow network. */
    patienceMs: 1000,
    /** Connections that have had their turn and sent no CONNECT: what silent ones can hold. */
    maxSilent: 5000,
    /** Connections that wait: some 5 KB each, with the CONNECT of a device. */
    maxWaiting: 30_000,
    /** Bytes of their first packets, all together. */
    maxWaitingBytes: 32 * 1024 * 1024,
    /** Milliseconds: longer than devices wait for their CONNACK. */
    maxWaitMs: 30_000,
  },
  /** Connections to the HTTP port that have had their turn: one request each. Without it silent ones take all descriptors. */
  http: {
    /** Milliseconds from the turn to the end of the answer: two calls of dm.rpc, and a slow network. */
    connectionMs: 20_000,
    /** Of more at once, the oldest is closed. */
    maxConnections: 5000,
  },
  /** Bytes of a filter; longer ones get SUBACK 0x80 ("Alibaba Cloud IoT documentation, 'Limits'": 128 bytes of a topic). */
  maxFilterBytes: 128,
  /**
   * QoS 2 publishes of one device that wait for their PUBREL: as many as Alibaba's documents allow unacknowledged. Without
   * it each connection of a device with a persistent session would leave some behind.
   */
  maxHandshakes: 100,
  /** Milliseconds that an MQTT session is kept after its connection: as long as the platform kept messages of QoS 1. */
  keepSessionMs: 7 * 24 * 3600 * 1000,
  /** QoS 1 downlinks that a device has not acknowledged; more are refused so that a stuck device holds no memory. */
  maxUnackedDownlinks: 100,
  /** What their payloads have together on one connection, in bytes; they are kept for the next one. */
  maxUnackedBytes: 1024 * 1024,
  /** Bytes that may wait in a device's socket before downlinks to it are refused. */
  maxSocketBacklogBytes: 1024 * 1024,
  /** Milliseconds that a command's reply is waited for before it is forgotten here (it is still recorded). */
  replyWindowMs: 60_000,
} as const;
