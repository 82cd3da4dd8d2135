/** The configuration that a platform keeps for its devices ("Alibaba Cloud IoT documentation, 'Remote configuration'"). */
import type { Json } from '@alink/thing-model';

/** Answered with {@link Configuration}. */
export interface ConfigurationQuestion {
  readonly kind: 'config.get';
  /** `product`: what is in force for the device, its own before its product's; `device`: its own alone. */
  readonly scope: 'product' | 'device';
  /** Whether the device is told where to fetch it, or what it says. */
  readonly form: ConfigurationForm;
}

export type ConfigurationForm = 'file' | 'content';

/** A configuration, as devices are told of it. */
export interface Configuration {
  readonly configId: string;
  /** Bytes of its text. */
  readonly configSize: number;
  /** SHA-256 of its text, in lower-case hex. */
  readonly sign: string;
  /** Where its text is; absent where the content is told. */
  readonly url?: string;
  /** Absent where the URL is told. */
  readonly content?: Json;
}
