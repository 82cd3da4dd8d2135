/** The official Node SDK (`alibabacloud-iot-device-sdk` 1.2.8 from npm), unchanged: its public surface, as far as tests use it. */
import { createRequire } from 'node:module';
import { DEVICE, DEVICE_SECRET, PRODUCT, type Platform } from './platform';

export interface OfficialReply {
  readonly id: string;
  readonly code: number;
  readonly message: string;
  readonly data: unknown;
}
export interface OfficialCommand {
  readonly id: string;
  readonly method: string;
  readonly params: Record<string, unknown>;
}
export interface OfficialTag {
  readonly attrKey: string;
  readonly attrValue: string;
}
/** What arrives on `/shadow/get/...`. */
export interface OfficialShadow {
  readonly method: 'reply' | 'control';
  readonly payload: {
    readonly status: 'success' | 'error';
    readonly version?: number;
    readonly state?: { readonly reported?: unknown; readonly desired?: unknown };
    readonly content?: { readonly errorcode: string; readonly errormessage: string };
  };
  readonly version?: number;
  readonly timestamp: number;
}

export interface OfficialDevice {
  on(event: 'connect' | 'error' | 'close', listener: (...args: unknown[]) => void): void;
  on(event: 'message', listener: (topic: string, payload: Buffer) => void): void;
  postProps(props: object, done: (reply: OfficialReply) => void): void;
  postEvent(name: string, params: object, done: (reply: OfficialReply) => void): void;
  postTags(tags: readonly OfficialTag[], done: (reply: OfficialReply) => void): void;
  deleteTags(keys: readonly string[], done: (reply: OfficialReply) => void): void;
  onProps(listener: (command: OfficialCommand) => void): void;
  onService(
    name: string,
    listener: (command: OfficialCommand, reply: (answer: object, type?: 'sync' | 'async') => void) => void,
  ): void;
  getConfig(done: (reply: OfficialReply) => void): void;
  onConfig(listener: (push: OfficialCommand) => void): void;
  onShadow(listener: (shadow: OfficialShadow) => void): void;
  getShadow(): void;
  postShadow(reported: object): void;
  deleteShadow(keys?: string | readonly string[]): void;
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  publish(topic: string, payload: string): void;
  end(force?: boolean): void;
}

const sdk = createRequire(import.meta.url)('alibabacloud-iot-device-sdk') as {
  device(config: object): OfficialDevice;
};

/** Connects a device of the manual's product. */
export const dialOfficial = ({ ports }: Platform, deviceName = DEVICE): Promise<OfficialDevice> =>
  new Promise((resolve, reject) => {
    const dialled = sdk.device({
      productKey: PRODUCT,
      deviceName,
      deviceSecret: DEVICE_SECRET,
      brokerUrl: `mqtt://127.0.0.1:${ports.mqtt}`,
    });
    dialled.on('connect', () => resolve(dialled));
    dialled.on('error', reject);
  });
