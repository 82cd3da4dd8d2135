/**
 * The rules of topology and sessions, as small as they can be said: who is attached to whom, who is online through whom, which
 * code an attempt is answered with, and what gateway devices hear unasked.
 */

/** A code, with the names of those that were refused. */
export type Answer = readonly [code: number, ...refused: string[]];
/** Heard on `/ext/error` by a gateway device about a sub-device. */
export type Heard = readonly [gateway: string, code: number, subDevice: string];

type Rule = readonly [code: number, isBroken: (device: string) => boolean];

export class SessionRules {
  readonly gatewayOf = new Map<string, string>();
  readonly disabled = new Set<string>();
  readonly deleted = new Set<string>();
  /** By device: itself, where it has a connection of its own, or its gateway device. */
  readonly through = new Map<string, string>();
  readonly heard: Heard[] = [];

  connect(device: string): Answer {
    if (this.deleted.has(device)) return [4];
    if (this.disabled.has(device)) return [5];
    this.begin(device, device);
    return [0];
  }

  /** Its connection is gone: everybody who was online through it is offline, and nobody is there to be told. */
  disconnect(device: string): void {
    for (const [follower, holder] of this.through) if (holder === device) this.through.delete(follower);
  }

  /** @param wrong whose signature is wrong */
  login(gateway: string, devices: readonly string[], wrong: string | undefined): Answer {
    const refused = judge(devices, [
      [6100, (device) => this.deleted.has(device)],
      [6401, (device) => this.gatewayOf.get(device) !== gateway],
      [6287, (device) => device === wrong],
      [6204, (device) => this.disabled.has(device)],
    ]);
    if (refused) return refused;
    for (const device of devices) if (this.through.get(device) !== gateway) this.begin(device, gateway);
    return [200];
  }

  logout(gateway: string, devices: readonly string[]): Answer {
    const refused = judge(devices, [[520, (device) => device === gateway || this.through.get(device) !== gateway]]);
    if (refused) return refused;
    for (const device of devices) this.through.delete(device);
    return [200];
  }

  add(gateway: string, devices: readonly string[], wrong: string | undefined): Answer {
    const refused = judge(devices, [
      [6100, (device) => this.deleted.has(device)],
      [6402, (device) => device === gateway],
      [401, (device) => device === wrong],
      [6204, (device) => this.disabled.has(device)],
    ]);
    if (refused) return refused;
    for (const device of devices) this.attach(device, gateway);
    return [200];
  }

  remove(gateway: string, devices: readonly string[]): Answer {
    if (devices.some((device) => this.gatewayOf.get(device) !== gateway)) return [6401];
    for (const device of devices) this.attach(device, undefined);
    return [200];
  }

  /** By whomever: a session through another gateway device does not go on. */
  attach(device: string, gateway: string | undefined): void {
    if (gateway === undefined) this.gatewayOf.delete(device);
    else this.gatewayOf.set(device, gateway);
    const holder = this.through.get(device);
    if (holder !== undefined && holder !== device && holder !== gateway) this.end(device, 6401);
  }

  disable(device: string): void {
    this.disabled.add(device);
    this.end(device, 522);
  }

  delete(device: string): void {
    this.deleted.add(device);
    this.disabled.delete(device);
    this.gatewayOf.delete(device);
    this.end(device, 521);
    for (const [attached, gateway] of this.gatewayOf) if (gateway === device) this.gatewayOf.delete(attached);
  }

  /** The platform ends the session of a device. */
  end(device: string, code: number): void {
    const holder = this.through.get(device);
    if (holder === device) this.disconnect(device);
    else if (holder !== undefined) this.heard.push([holder, code, device]);
    this.through.delete(device);
  }

  maySpeakFor(speaker: string, device: string): boolean {
    return this.through.get(device) === speaker;
  }

  private begin(device: string, holder: string): void {
    this.end(device, 427);
    this.through.set(device, holder);
  }
}

/** All or none: the first one's first broken rule counts. */
const judge = (devices: readonly string[], rules: readonly Rule[]): Answer | undefined => {
  const broken = devices.flatMap((device) => {
    const rule = rules.find(([, isBroken]) => isBroken(device));
    return rule ? [{ device, code: rule[0] }] : [];
  });
  return broken.length > 0 ? [broken[0]!.code, ...broken.map(({ device }) => device)] : undefined;
};
