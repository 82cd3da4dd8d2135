/** A device that is sent commands, with the node that holds it, and what applications hear of it. */
import type { Subscription } from '@alink/bus';
import {
  decodeEnvelope,
  readDevicePublish,
  subjects,
  writeDevicePublish,
  type DevicePublish,
  type Json,
} from '@alink/contract';
import { createDevices, DEVICE, NAMES, sendStatus, type DmFixture } from './dm-fixture';

/** What the node has got. */
export interface Got {
  readonly publish: DevicePublish;
  readonly message: { msgToken: string; method: string } & Record<string, Json>;
}
type Reply = { code: number; msg?: string; data?: Json };

/** A property whose values wait for the device. */
export const SETPOINT = {
  productID: NAMES.productID,
  identifier: 'setpoint',
  type: 1,
  tag: 1,
  affordance: { value: '{"mode":"rw","isUseShadow":true,"define":{"type":"int","min":"0","max":"100"}}' },
};

/** An array, which an Alink device takes as a whole. */
export const LEVELS = {
  productID: NAMES.productID,
  identifier: 'levels',
  type: 1,
  tag: 1,
  affordance: {
    value: '{"mode":"rw","define":{"type":"array","max":"4","arrayInfo":{"type":"int","min":"0","max":"9"}}}',
  },
};

/** The answer to a property set, as it stands in the stream. */
export const setReply = (msgToken: string) => ({ method: 'controlReply', msgToken, timestamp: 1 }) as const;

export class CommandBed {
  private node: Subscription | undefined;
  private readonly listening: Subscription[] = [];

  private constructor(private readonly fixture: DmFixture) {}

  /** The product with its thing model, and the device. */
  static async prepare(fixture: DmFixture): Promise<CommandBed> {
    await createDevices(fixture, DEVICE);
    return new CommandBed(fixture);
  }

  async clear(): Promise<void> {
    this.stopNode();
    this.listening.forEach((subscription) => subscription.unsubscribe());
    await this.fixture.db.prisma.device.deleteMany();
    await this.fixture.db.prisma.product.deleteMany();
  }

  login(): Promise<number> {
    return sendStatus(this.fixture.bus, { action: 'connected' });
  }

  /** A node that holds the device and gives this answer; undefined is none at all. */
  nodeAnswers(answer: (got: Got) => Reply | undefined | Promise<Reply | undefined>): Got[] {
    const all: Got[] = [];
    this.node = this.fixture.bus.subscribe(
      subjects.downOfDevice(NAMES.productID, DEVICE),
      async ({ data, respond }) => {
        const publish = readDevicePublish(data);
        const isJson = publish.type !== 'raw';
        const got = { publish, message: isJson ? JSON.parse(publish.payload.toString()) : { msgToken: '' } };
        all.push(got);
        const reply = await answer(got);
        if (!reply) return;
        const body = { method: `${got.message.method}Reply`, msgToken: got.message.msgToken, timestamp: 1, ...reply };
        respond?.(writeDevicePublish({ ...publish, body }, 1));
      },
    );
    return all;
  }

  stopNode(): void {
    this.node?.unsubscribe();
    this.node = undefined;
  }

  /** What applications hear of the device from now on. @param tail of the subject, below `report.thing.` */
  applicationsHear(tail: string): Record<string, unknown>[] {
    const told: Record<string, unknown>[] = [];
    const subject = `application.device.${NAMES.productID}.${DEVICE}.report.thing.${tail}`;
    const subscription = this.fixture.bus.subscribe(subject, ({ data }) =>
      told.push(JSON.parse(decodeEnvelope(data.toString()).data) as Record<string, unknown>),
    );
    this.listening.push(subscription);
    return told;
  }

  async commandLog() {
    return (await this.fixture.data.sendLogIndex(NAMES)).list;
  }

  /** Latest values, as `value@timestamp`. */
  async latest(...dataIDs: string[]): Promise<string[]> {
    const { list } = await this.fixture.data.propertyLatestIndex({ ...NAMES, dataIDs });
    return list.map(({ value, timestamp }) => `${value}@${timestamp}`);
  }

  /** The history of a property, oldest first, as `value@timestamp`. */
  async history(dataID: string): Promise<string[]> {
    const { list } = await this.fixture.data.propertyLogIndex({ ...NAMES, dataID, order: '1' });
    return list.map(({ value, timestamp }) => `${value}@${timestamp}`);
  }
}
