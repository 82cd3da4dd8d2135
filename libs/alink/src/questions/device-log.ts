/** Whether a device is to report what its own program logs ("Alibaba Cloud IoT documentation, 'Device log'"). */
export interface LogModeQuestion {
  /** Answered with a {@link LogMode}. */
  readonly kind: 'log.mode';
}

/** 0: keep it to yourself; 1: report it. */
export interface LogMode {
  readonly mode: 0 | 1;
}
