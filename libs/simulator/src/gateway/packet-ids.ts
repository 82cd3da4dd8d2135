/** Numbers of packets on one connection that several devices speak over, each of which counts its own. */

/** As many packets as have numbers (MQTT 3.1.1, 2.3.1). */
const MESSAGE_IDS = 65_535;

export interface Numbered<Device> {
  readonly device: Device;
  readonly messageId: number;
}

export class PacketIds<Device extends object> {
  private readonly inUse = new Map<number, Numbered<Device>>();
  private readonly byDevice = new Map<Device, Map<number, number>>();
  private last = 0;

  /** The number of this packet on the connection: the same again until it is acknowledged. */
  idOf(device: Device, messageId: number): number {
    let ids = this.byDevice.get(device);
    if (!ids) this.byDevice.set(device, (ids = new Map()));
    let id = ids.get(messageId);
    if (id === undefined) {
      id = this.free();
      ids.set(messageId, id);
      this.inUse.set(id, { device, messageId });
    }
    return id;
  }

  /** Whose packet was acknowledged; undefined for nobody's. */
  acknowledge(id: number): Numbered<Device> | undefined {
    const numbered = this.inUse.get(id);
    this.inUse.delete(id);
    if (numbered) this.byDevice.get(numbered.device)?.delete(numbered.messageId);
    return numbered;
  }

  /** The connection is gone, and the server forgets it. */
  clear(): void {
    this.inUse.clear();
    this.byDevice.clear();
  }

  private free(): number {
    // One that has been in use for so long is not waited for any more.
    for (let tries = 0; tries < MESSAGE_IDS; tries++) {
      this.last = (this.last % MESSAGE_IDS) + 1;
      if (!this.inUse.has(this.last)) break;
    }
    return this.last;
  }
}
