/**
 * Sessions of sub-devices: logged in and out by their gateway device, over its link ("Alibaba Cloud IoT documentation,
 * 'Sub-device sessions'").
 */
import type { Reply, SubDeviceLogin } from '@alink/alink';
import { formatUsername, parseClientId, verifySubDevice, type DeviceIdentity } from '@alink/signing';
import type { DeviceDirectory } from '../directory/device-directory';
import type { Found } from '../directory/records';
import type { ConnectRate } from '../guard/connect-rate';
import type { Journal } from '../journal';
import type { DeviceChanges } from '../session/device-changes';
import { isAttached, type Session, type SessionOptions } from '../session/session';
import type { SessionLife } from '../session/session-life';
import { judge, namesOf, refusalOf, type Judged } from './judge';
import { objections, type Objection } from './objections';
import type { Answered } from './requests';

export interface SubDeviceLoginsOptions {
  readonly directory: DeviceDirectory;
  readonly changes: Pick<DeviceChanges, 'began' | 'heard'>;
  readonly life: Pick<SessionLife, 'begin' | 'online' | 'vacate'>;
  readonly connectRate: Pick<ConnectRate, 'refuse'>;
  readonly journal: Pick<Journal, 'note'>;
  /** Sub-devices that may be online through one gateway device. */
  readonly maxOnline: number;
}

/** "device no session" ("Alibaba Cloud IoT documentation, 'Error codes for devices'"). */
const NO_SESSION = 520;
/** "service error" (the same): nobody reads it, the connection is gone. */
const GONE: Reply = { code: 500 };
/** Times that logins are decided on at most while what is known of their devices goes on changing. */
const MAX_LOOKS = 5;

/** Logins that were decided on: by which records, and what had been heard of by then. */
interface Decision {
  readonly judged: readonly Judged<SubDeviceLogin>[];
  /** Changes heard of before the records were looked up. */
  readonly heard: number;
}

export class SubDeviceLogins {
  constructor(private readonly options: SubDeviceLoginsOptions) {}

  /** Lets all in or none. One that is logged in by the same gateway device already goes on as it was. */
  async login(logins: readonly SubDeviceLogin[], gateway: Session): Promise<Answered> {
    let decision = await this.decide(logins, gateway);
    const refused = this.refused(decision, gateway) ?? this.overLimit(decision, gateway);
    if (refused) return refused;
    if (isGone(gateway)) return GONE;
    const newcomers = logins.filter((login) => !gateway.subDevice(login));
    await Promise.all(newcomers.map((login) => this.vacate(login, gateway)));
    // A connection takes its time to close.
    if (this.isOutdated(decision)) {
      decision = await this.decide(logins, gateway);
      const refusedNow = this.refused(decision, gateway);
      if (refusedNow) return refusedNow;
    }
    return this.begin(decision, gateway);
  }

  /** Ends the sessions of all, or of none where one has none through that gateway device. */
  async logout(devices: readonly DeviceIdentity[], gateway: Session): Promise<Reply> {
    const strangers = devices.filter((device) => !gateway.subDevice(device));
    if (strangers.length > 0) return { code: NO_SESSION, data: strangers.map(namesOf) };
    const cause = { text: 'logged out by its gateway device' };
    await Promise.all(devices.map((device) => gateway.subDevice(device)?.end(cause)));
    return { code: 200 };
  }

  /** On records that were the latest that this node had heard of when the last of them was there. */
  private async decide(logins: readonly SubDeviceLogin[], gateway: Session): Promise<Decision> {
    for (let looks = 1; ; looks++) {
      const { heard } = this.options.changes;
      const judged = await judge(this.options.directory, logins, objectionTo(gateway));
      const decision = { judged, heard };
      if (looks === MAX_LOOKS || !this.isOutdated(decision)) return decision;
    }
  }

  private isOutdated({ judged, heard }: Decision): boolean {
    const { changes, directory } = this.options;
    if (heard === changes.heard) return false;
    return judged.some(({ device: { productKey, deviceName } }) => !directory.isCurrent(productKey, deviceName));
  }

  private refused({ judged }: Decision, gateway: Session): Reply | undefined {
    return this.refuse(
      judged.filter(({ objection }) => objection),
      gateway,
    );
  }

  /** What is over a limit though everything else is right: it counts. */
  private overLimit({ judged }: Decision, gateway: Session): Reply | undefined {
    const { connectRate } = this.options;
    const newcomers = judged.filter(({ device }) => !gateway.subDevice(device));
    if (!this.hasRoom(gateway, newcomers.length)) {
      return this.refuse(newcomers.map(tooMany), gateway);
    }
    const tooOften = newcomers.filter(({ device }) => connectRate.refuse(device.productKey, device.deviceName));
    return this.refuse(
      tooOften.map((one) => ({ ...one, objection: objections.tooOften })),
      gateway,
    );
  }

  private hasRoom({ link }: Session, count: number): boolean {
    return count === 0 || link.devices - 1 + count <= this.options.maxOnline;
  }

  /** @returns what the gateway device hears; undefined where nothing is refused */
  private refuse(refused: readonly Judged<SubDeviceLogin>[], gateway: Session): Reply | undefined {
    for (const one of refused) this.noteRefusal(one, gateway);
    return refused.length > 0 ? refusalOf(refused) : undefined;
  }

  private noteRefusal({ device, objection }: Judged<SubDeviceLogin>, gateway: Session): void {
    const { productKey, deviceName } = device;
    const { code, cause, step } = objection!;
    const text = `login through the gateway device ${gateway.deviceName} of ${gateway.productKey} refused: ${cause}; ${step}`;
    const from = gateway.options.address;
    this.options.journal.note({ kind: 'refuse', productKey, deviceName, code, text, isUnproven: true, from });
  }

  private vacate({ productKey, deviceName }: DeviceIdentity, gateway: Session): Promise<void> {
    const by = `the same device logged in through the gateway device ${gateway.deviceName} of ${gateway.productKey}`;
    return this.options.life.vacate(productKey, deviceName, by);
  }

  /** In one turn, so that no other login comes between: what is there now is all that there is. */
  private begin({ judged, heard }: Decision, gateway: Session): Answered {
    const { life } = this.options;
    const { link } = gateway;
    if (isGone(gateway)) return GONE;
    const newcomers = judged.filter(({ device }) => !gateway.subDevice(device));
    // Others have come while older connections were closed.
    if (!this.hasRoom(gateway, newcomers.length)) return refusalOf(newcomers.map(tooMany));
    const begun = newcomers.flatMap(({ device, found }) => {
      // It may be named twice.
      if (gateway.subDevice(device)) return [];
      const session = link.open(optionsOf(device, found, gateway));
      life.begin(session, heard);
      return [session];
    });
    return {
      code: 200,
      written: () => {
        for (const session of begun) {
          life.online(session);
          link.welcomed(session);
        }
      },
    };
  }
}

/** Sessions of others must not end for one that will not begin. */
const isGone = ({ state, link }: Session): boolean => state === 'ended' || link.isClosed;

const tooMany = (one: Judged<SubDeviceLogin>) => ({ ...one, objection: objections.tooManyOnline });

const objectionTo =
  (gateway: Session) =>
  (login: SubDeviceLogin, { product, device }: Found): Objection | undefined => {
    if (!product || !device) return objections.unknownDevice;
    if (!isAttached(device, gateway)) return objections.notAttached;
    const check = verifySubDevice(login, device.secret);
    if (check === 'unknownMethod') return objections.unknownMethod;
    if (!check) return objections.wrongLoginSign;
    return product.enabled && device.enabled ? undefined : objections.disabled;
  };

const optionsOf = (login: SubDeviceLogin, { product, device }: Found, gateway: Session): SessionOptions => {
  const rawClientId = login.clientId ?? '';
  const { secret } = device!;
  return {
    product: product!,
    device: device!,
    stillGood: (now) => now.device.secret === secret,
    rawClientId,
    username: formatUsername(login),
    address: gateway.options.address,
    ext: parseClientId(rawClientId).ext,
  };
};
