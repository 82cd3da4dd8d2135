/** A gateway device of a fleet, with the sub-devices that speak over its connection. */
import { parseTopic } from '@alink/topic';
import type { Outgoing } from '../device/port';
import type { SimulatedDevice } from '../device/simulated-device';
import type { Tally } from '../device/tally';
import { Attendance } from '../gateway/attendance';
import { PacketIds } from '../gateway/packet-ids';
import { stages, topicOf } from '../gateway/requests';
import type { LineEvents } from '../line/mqtt-line';
import { Member, type MemberOptions } from './member';
import { SubMember, type SubMemberOptions, type Uplink } from './sub-member';

export interface GatewayOptions extends MemberOptions {
  readonly subDevices: readonly SubMemberOptions[];
}

const keyOf = (productKey: string, deviceName: string): string => `${productKey}/${deviceName}`;

export class GatewayMember extends Member {
  readonly subMembers: readonly SubMember[];
  private readonly byName: ReadonlyMap<string, SubMember>;
  private readonly attendance: Attendance;
  private readonly packetIds = new PacketIds<SimulatedDevice>();
  private hasBegun = false;
  private remaining: number;

  constructor(
    options: GatewayOptions,
    private readonly tally: Tally,
  ) {
    super(options, tally);
    const { signMethod, subscribes, speaker, subDevices } = options;
    this.attendance = new Attendance(
      { gateway: speaker.device, signMethod, unasked: !subscribes },
      (topic, payload) => this.line?.publish(topic, payload, undefined, false),
      tally,
    );
    const { uplink } = this;
    this.subMembers = subDevices.map((each) => new SubMember(each, uplink, tally));
    this.byName = new Map(
      this.subMembers.map((each) => [keyOf(each.identity.productKey, each.identity.deviceName), each]),
    );
    this.remaining = this.subMembers.length;
  }

  override get isNeeded(): boolean {
    return this.remaining > 0 || this.attendance.isBusy;
  }

  override publish(message: Outgoing): void {
    this.publishOf(this.device, message);
  }

  protected override get events(): LineEvents {
    const { device } = this;
    return {
      opened: () => this.opened(),
      failed: (why) => device.failed(why),
      closed: () => {
        this.disconnected();
        device.closed();
      },
      heard: () => device.heard(),
      granted: (codes) => device.granted(codes),
      acknowledged: (id) => {
        const numbered = this.packetIds.acknowledge(id);
        numbered?.device.acknowledged(numbered.messageId);
      },
      published: (topic, payload) => this.published(topic, payload),
    };
  }

  protected override forget(): void {
    super.forget();
    this.disconnected();
  }

  private get uplink(): Uplink {
    return {
      enter: (client) => this.attendance.enter(client),
      giveUp: (client) => this.attendance.giveUp(client),
      leave: (client) => this.attendance.leave(client),
      publish: (device, message) => this.publishOf(device, message),
      subscribe: (filters) => this.subscribe(filters),
      ended: () => {
        this.remaining -= 1;
        this.leaveIfAlone();
      },
    };
  }

  private opened(): void {
    this.device.opened();
    if (!this.device.isOnline) return; // it has registered, or has left at once
    const { subscribes, speaker } = this.options;
    if (subscribes) {
      const { productKey, deviceName } = speaker.device;
      const replies = stages.map((stage) => `${topicOf(stage, speaker.device)}_reply`);
      this.subscribe([...replies, `/ext/error/${productKey}/${deviceName}`]);
    }
    this.attendance.begin();
    if (this.hasBegun) return;
    this.hasBegun = true;
    for (const { device } of this.subMembers) device.start();
  }

  private published(topic: string, payload: Buffer): void {
    if (topic.startsWith('/ext/error/')) return this.sessionEnded(payload);
    if (this.attendance.heard(topic, payload)) return this.leaveIfAlone();
    const { productKey = '', deviceName = '' } = parseTopic(topic) ?? {};
    const { device } = this.byName.get(keyOf(productKey, deviceName)) ?? this;
    // What was on its way to a sub-device whose session has ended meanwhile means nothing to the next one.
    if (device === this.device || device.isOnline) device.published(topic, payload);
  }

  /** "Alibaba Cloud IoT documentation, 'Sub-device sessions'": who has no session any more is named. */
  private sessionEnded(payload: Buffer): void {
    this.tally.toldOf('notice');
    const { data } = JSON.parse(payload.toString()) as { data?: { productKey?: string; deviceName?: string } };
    this.byName.get(keyOf(data?.productKey ?? '', data?.deviceName ?? ''))?.loggedOut();
  }

  private publishOf(device: SimulatedDevice, { topic, payload, messageId, again }: Outgoing): void {
    const id = messageId === undefined ? undefined : this.packetIds.idOf(device, messageId);
    this.line?.publish(topic, payload, id, again);
  }

  /** The connection is gone, and every session over it. */
  private disconnected(): void {
    this.attendance.breakOff();
    if (this.options.clean) this.packetIds.clear();
    for (const each of this.subMembers) each.loggedOut();
    // It has ended, or goes on, once this call is over.
    queueMicrotask(() => {
      if (this.device.hasEnded) for (const { device } of this.subMembers) device.endNow();
    });
  }

  private leaveIfAlone(): void {
    if (!this.isNeeded && this.device.isOnline) this.device.wake();
  }
}
