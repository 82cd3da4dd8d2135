/** Our node as a process on unitedrhino's (联犀) dm.rpc and timedjob.rpc, as libs/testing plays them. */
import { services } from '@alink/contract';
import type { SpawnedPlatformOptions, TestDatabase } from '@alink/testing';
import { startUnitedrhino, type BusMode, type Unitedrhino } from '@alink/testing/unitedrhino';
import { exportModel, importThingModel } from '@alink/thing-model';
import { Platform, PRODUCT, type LogLine } from './platform';

export interface UnitedrhinoPlatformOptions extends Pick<SpawnedPlatformOptions, 'env'> {
  /** How its services use NATS; default `nats`. */
  readonly mode?: BusMode;
}

/** What it keeps, it keeps in memory. */
const noDatabase = async (): Promise<TestDatabase> => ({ url: '', drop: async () => undefined });

export class UnitedrhinoPlatform extends Platform {
  private running: Unitedrhino | undefined;

  /** Starts its services, and then our node on them. */
  static async startWith({ mode, ...options }: UnitedrhinoPlatformOptions = {}): Promise<UnitedrhinoPlatform> {
    const platform = await UnitedrhinoPlatform.start<UnitedrhinoPlatform>({
      ...options,
      apps: [],
      makeDatabase: noDatabase,
    });
    try {
      const { etcd, nats, ports } = platform;
      platform.running = await startUnitedrhino({ etcd: etcd.hosts, nats: nats.url, mode, ports });
      await platform.startApp('protocol-aliyun-mqtt');
      return platform;
    } catch (error) {
      await platform.stop();
      throw error;
    }
  }

  /** The services that the node works with. */
  get unitedrhino(): Unitedrhino {
    if (!this.running) throw new Error('it was not started by startWith()');
    return this.running;
  }

  /** In its own form: it reads no other. */
  override async importModel(productID: string, tsl: string): Promise<void> {
    const { model } = importThingModel(tsl);
    await super.importModel(productID, JSON.stringify(exportModel(model, productID)));
  }

  override async setTags(deviceName: string, tags: Record<string, string>): Promise<void> {
    await this.client(services.deviceManage).deviceInfoUpdate({ productID: PRODUCT, deviceName, tags });
  }

  /** Among the texts that it keeps with a device. */
  override async registerCertificate(productID: string, deviceName: string, pem: string): Promise<void> {
    const profile = { device: { productID, deviceName }, code: 'alink:x509', params: pem };
    await this.client(services.deviceManage).deviceProfileUpdate(profile);
  }

  /** Its dm takes no lines of ours; they stand in the log of the node. */
  override async logLines(deviceName: string, pattern: RegExp, productID = PRODUCT): Promise<LogLine[]> {
    return this.output.split('\n').flatMap((line) => {
      if (!line.includes(`"deviceName":"${deviceName}"`) || !line.includes(`"productKey":"${productID}"`)) return [];
      const { topic = '', msg = '' } = JSON.parse(line) as { topic?: string; msg?: string };
      return pattern.test(msg) ? [{ topic, content: msg }] : [];
    });
  }

  /** The node alone: its services keep everything in memory. */
  override async restart(): Promise<void> {
    await this.stopApp('protocol-aliyun-mqtt');
    await this.startApp('protocol-aliyun-mqtt');
  }

  protected override async stopApps(): Promise<void> {
    await super.stopApps();
    await this.running?.stop();
  }
}
