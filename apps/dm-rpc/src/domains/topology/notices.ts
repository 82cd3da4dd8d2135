/**
 * Tells gateway devices what has become of their sub-devices by somebody else's doing: an operator's, or another gateway
 * device's ("Alibaba Cloud IoT documentation, 'Manage topological relationships'" and "'Manage sub-devices'"). What a gateway device has
 * asked for itself it knows from its reply. One that is offline is told nothing: it asks for its topology when it comes back.
 * Nobody waits for any of it.
 */
import { TOPOLOGY_CHANGE, topologyStatus } from '@alink/alink';
import type { Bus } from '@alink/bus';
import { newAlinkId, PROTOCOL_CODE, subjects, writeDevicePublish } from '@alink/contract';
import type { PrismaClient } from '@alink/db';
import type { Logger } from '@alink/runtime';
import { deviceKey, type DeviceCore } from '../../device-core';
import { Errands } from '../../errands';
import { alinkRequest } from '../../services/device-interact/alink-request';
import { WAVE, waves } from '../../waves';
import { runsOf, type Notice, type NoticeRun, type TopologyChange } from './notice';
import type { Attached, SubDevice } from './store';
import { switchedDevices, switchedWithProduct } from './switched';

/** Milliseconds for which notices are gathered: whoever disables a thousand devices does so one by one. */
const GATHER_MS = 100;
/** Sub-devices in one message: some 10 KB. */
const MOST = 100;

const STATUS = { ...topologyStatus, deleted: topologyStatus.detached } as const;
/** The same in unitedrhino's form, which knows no more; its public source, `def/deviceInfo.go`. */
const FOREIGN_STATUS: Readonly<Partial<Record<TopologyChange, number>>> = { attached: 1, detached: 2, deleted: 2 };

/** What is said besides, on the topics of the sub-device itself. */
const LIFE_CYCLE: Readonly<Partial<Record<TopologyChange, string>>> = {
  enabled: 'thing/enable',
  disabled: 'thing/disable',
  deleted: 'thing/delete',
};

export interface TopologyNoticesOptions {
  readonly prisma: PrismaClient;
  readonly bus: Bus;
  readonly log: Logger;
  /** Unix milliseconds. */
  readonly now: () => number;
}

const isNotice = (gathered: Notice | DeviceCore): gathered is Notice => 'change' in gathered;

export class TopologyNotices {
  /** One after another, so that a gateway device hears last what is last. */
  private readonly errands: Errands;
  /** A device by itself: one that was switched on or off. */
  private gathered: (Notice | DeviceCore)[] = [];
  private timer?: NodeJS.Timeout;

  constructor(private readonly options: TopologyNoticesOptions) {
    const failed = 'gateway devices were not told what has become of their sub-devices';
    this.errands = new Errands({ log: options.log, atOnce: 1, failed });
  }

  /** These have become sub-devices of that gateway device, without its asking. */
  attached(gateway: DeviceCore, subDevices: readonly SubDevice[]): void {
    this.gather(subDevices.map((subDevice) => ({ gateway, subDevice, change: 'attached' })));
  }

  /** These are sub-devices of it no more, without its asking. */
  detached(gateway: DeviceCore, subDevices: readonly SubDevice[]): void {
    this.gather(subDevices.map((subDevice) => ({ gateway, subDevice, change: 'detached' })));
  }

  /** Devices were attached: tells the gateway devices that have lost one by it. */
  moved(attached: readonly Attached[]): void {
    for (const { from, ...subDevice } of attached) if (from) this.detached(from, [subDevice]);
  }

  /** A sub-device of that gateway device was deleted. */
  deleted(gateway: DeviceCore, subDevice: SubDevice): void {
    this.gather([{ gateway, subDevice, change: 'deleted' }]);
  }

  /** A device was enabled or disabled; it need not be a sub-device. */
  switched({ productID, deviceName }: DeviceCore): void {
    this.gather([{ productID, deviceName }]);
  }

  /** A product was enabled or disabled, and all its devices with it that are not disabled by themselves. */
  productSwitched(productID: string): void {
    this.sendGathered();
    this.errands.run({ productID }, async () => {
      for await (const wave of waves((id) => switchedWithProduct(this.options.prisma, productID, id, WAVE))) {
        if (this.errands.isStopped) return;
        await this.tell(wave);
      }
    });
  }

  /** Tells what is gathered, as far as nothing else is under way, and waits for that. */
  stop(): Promise<void> {
    this.sendGathered();
    return this.errands.stop();
  }

  private gather(notices: readonly (Notice | DeviceCore)[]): void {
    if (notices.length === 0 || this.errands.isStopped) return;
    this.gathered.push(...notices);
    this.timer ??= setTimeout(() => this.sendGathered(), GATHER_MS);
  }

  private sendGathered(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const gathered = this.gathered;
    this.gathered = [];
    if (gathered.length > 0) this.errands.run({}, async () => this.tell(await this.read(gathered)));
  }

  /** One that was switched twice is told of once, as it is now; one that is no sub-device is told of to nobody. */
  private async read(gathered: readonly (Notice | DeviceCore)[]): Promise<Notice[]> {
    const switched = new Map(gathered.flatMap((each) => (isNotice(each) ? [] : [[deviceKey(each), each]])));
    const found = new Map(await switchedDevices(this.options.prisma, [...switched.values()]));
    return gathered.flatMap((each) => {
      if (isNotice(each)) return [each];
      const notice = found.get(deviceKey(each));
      found.delete(deviceKey(each));
      return notice ? [notice] : [];
    });
  }

  private async tell(notices: readonly Notice[]): Promise<void> {
    const products = await this.options.prisma.product.findMany({
      where: { productID: { in: [...new Set(notices.map(({ gateway }) => gateway.productID))] } },
      select: { productID: true, protocolCode: true },
    });
    const protocols = new Map(products.map(({ productID, protocolCode }) => [productID, protocolCode]));
    for (const run of runsOf(notices, MOST)) {
      const protocolCode = protocols.get(run.gateway.productID);
      if (protocolCode === PROTOCOL_CODE) this.publish(run);
      else if (protocolCode !== undefined) this.publishForeign(run, protocolCode);
    }
  }

  private publish({ gateway, change, subDevices }: NoticeRun): void {
    const { bus, now } = this.options;
    const named = subDevices.map(({ productKey, deviceName }) => ({ productKey, deviceName }));
    const path = LIFE_CYCLE[change];
    const requests = [
      ...(path ? named.map((of) => ({ path, params: {}, of })) : []),
      { path: TOPOLOGY_CHANGE, params: { status: STATUS[change], subList: named } },
    ];
    for (const request of requests) {
      const { subject, message } = alinkRequest(gateway, request, now());
      bus.publish(subject, message);
    }
  }

  private publishForeign({ gateway, change, subDevices }: NoticeRun, protocolCode: string): void {
    const { bus, now } = this.options;
    const status = FOREIGN_STATUS[change];
    if (status === undefined) return;
    const devices = subDevices.map(({ productID, deviceName }) => ({ productID, deviceName }));
    const body = { method: 'change', msgToken: newAlinkId(), timestamp: now(), payload: { status, devices } };
    const publish = { ...gateway, handle: 'gateway', type: 'topo', body, protocolCode } as const;
    bus.publish(
      subjects.down('gateway', gateway.productID, gateway.deviceName, protocolCode),
      writeDevicePublish(publish, now()),
    );
  }
}
