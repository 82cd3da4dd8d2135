/**
 * Tells gateway devices that their sub-devices are enabled, disabled or deleted, where dm tells them nothing of it: unitedrhino's
 * knows no such message. The node that holds the gateway device finds it in what it hears has changed ("Alibaba Cloud IoT
 * documentation, 'Manage sub-devices'", "'Manage topological relationships'").
 */
import { newAlinkId, subjects, type Json } from '@alink/contract';
import { TOPOLOGY_CHANGE, topologyStatus, type DownlinkMessage } from '@alink/alink';
import type { Bus, Subscription } from '@alink/bus';
import type { Logger } from '@alink/runtime';
import type { DeviceDirectory } from '../directory/device-directory';
import { DeviceQueues } from '../directory/device-queues';
import type { DeviceEntry } from '../directory/records';
import { readNames } from '../session/device-changes';
import type { Session } from '../session/session';
import type { SessionTable } from '../session/session-table';

export interface SubDeviceLifeOptions {
  readonly bus: Bus;
  readonly directory: DeviceDirectory;
  readonly sessions: SessionTable;
  /** Sends a device a request, for whose answer nobody waits. */
  readonly send: (gateway: Session, request: DownlinkMessage) => void;
  readonly log: Logger;
}

/** What has become of a sub-device: the topic of its own that says so, and how the change of the topology is told. */
const CHANGES = {
  enabled: { path: 'thing/enable', status: topologyStatus.enabled },
  disabled: { path: 'thing/disable', status: topologyStatus.disabled },
  deleted: { path: 'thing/delete', status: topologyStatus.detached },
} as const;
type Change = keyof typeof CHANGES;

export class SubDeviceLife {
  private readonly subscriptions: Subscription[] = [];
  private readonly queues = new DeviceQueues();

  constructor(private readonly options: SubDeviceLifeOptions) {}

  start(): void {
    const { bus, directory } = this.options;
    for (const subject of [subjects.cacheSync('cache:dm:device'), subjects.deviceDeleted]) {
      const heard = bus.subscribe(subject, ({ data }) => {
        const { productID, deviceName } = readNames(data);
        if (!productID || !deviceName) return;
        for (const productKey of directory.productKeys(productID)) this.changed(productKey, deviceName);
      });
      this.subscriptions.push(heard);
    }
  }

  stop(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  private changed(productKey: string, deviceName: string): void {
    if (!this.gatewayOf(this.options.directory.known(productKey, deviceName))) return;
    // One after the other: each begins with what the one before has found.
    this.queues
      .run(`${productKey}/${deviceName}`, () => this.compare(productKey, deviceName))
      .catch((err: unknown) =>
        this.options.log.warn({ err, productKey, deviceName }, 'a gateway device is not told of its sub-device'),
      );
  }

  private async compare(productKey: string, deviceName: string): Promise<void> {
    const { directory } = this.options;
    const before = directory.known(productKey, deviceName);
    const gateway = this.gatewayOf(before);
    if (!before || !gateway) return;
    const change = changeOf(before, (await directory.current(productKey, deviceName)).device);
    if (change) this.tell(gateway, productKey, deviceName, change);
  }

  private tell(gateway: Session, productKey: string, deviceName: string, change: Change): void {
    const { path, status } = CHANGES[change];
    const of = { productKey, deviceName };
    const subList: Json = [{ productKey, deviceName }];
    const request = { method: 'request', timestamp: 0 } as const;
    this.options.send(gateway, { ...request, msgToken: newAlinkId(), path, params: {}, of });
    const params = { status, subList };
    this.options.send(gateway, { ...request, msgToken: newAlinkId(), path: TOPOLOGY_CHANGE, params });
  }

  /** The session of its gateway device, where that is here. */
  private gatewayOf(device: DeviceEntry | undefined): Session | undefined {
    const { directory, sessions } = this.options;
    const { productID, deviceName } = device?.gateway ?? {};
    if (!productID || !deviceName) return undefined;
    const held = directory.productKeys(productID).map((productKey) => sessions.get(productKey, deviceName));
    return held.find((session) => session?.state === 'online');
  }
}

const changeOf = (before: DeviceEntry, now: DeviceEntry | undefined): Change | undefined => {
  if (!now) return 'deleted';
  if (now.enabled === before.enabled) return undefined;
  return now.enabled ? 'enabled' : 'disabled';
};
