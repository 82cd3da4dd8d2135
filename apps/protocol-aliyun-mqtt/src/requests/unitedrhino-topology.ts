/**
 * What gateway devices ask about their sub-devices, of unitedrhino's dm. The node has checked what sub-devices have signed, which
 * its dm cannot: it knows signatures of another kind. So devices are attached by its methods and not over its bus.
 */
import type { Question, Reply } from '@alink/alink';
import type { Json } from '@alink/contract';
import type { DeviceIdentity } from '@alink/signing';
import { isSame, type DeviceNames, type Devices } from '../directory/unitedrhino/devices';
import type { Products } from '../directory/unitedrhino/products';
import { SubDevices, type SeenDevices } from '../directory/unitedrhino/sub-devices';
import type { Asker } from './requests';
import {
  firstRefusal,
  isEnabled,
  objectionToKinds,
  readNamed,
  type Named,
  type Refusal,
} from './unitedrhino-named-devices';
import { UnitedrhinoRegistration } from './unitedrhino-registration';

export interface UnitedrhinoTopologyOptions {
  readonly products: Products;
  readonly devices: Devices;
  /** Sub-devices that a gateway device may have. */
  readonly limit: number;
}

/** The questions that its dm is asked by its methods. */
export type AskedOfDm = Extract<
  Question,
  { kind: `topology.${'bind' | 'delete' | 'get' | 'register' | 'unregister'}` }
>;

/** "Alibaba Cloud IoT documentation, 'Manage topological relationships'". */
const SERVICE_ERROR = 500;
const UNKNOWN_DEVICE = 6100;
const DISABLED = 6204;
const UNKNOWN_PRODUCT = 6250;
const TOO_MANY = 6400;
const NOT_ATTACHED = 6401;
const ITSELF = 6402;

type Answers = {
  readonly [K in AskedOfDm['kind']]: (
    question: Extract<AskedOfDm, { kind: K }>,
    gateway: DeviceNames,
  ) => Promise<Reply>;
};

export class UnitedrhinoTopology {
  private readonly subDevices: SubDevices;
  private readonly answers: Answers;

  constructor(private readonly options: UnitedrhinoTopologyOptions) {
    this.subDevices = new SubDevices(options.devices);
    const registration = new UnitedrhinoRegistration({ ...options, subDevices: this.subDevices });
    this.answers = {
      'topology.bind': ({ devices }, gateway) => this.bind(devices, gateway),
      'topology.delete': ({ devices }, gateway) => this.delete(devices, gateway),
      'topology.get': (_question, gateway) => this.list(gateway),
      'topology.register': ({ devices, partial = false }, gateway) => registration.register(devices, gateway, partial),
      'topology.unregister': ({ devices }, gateway) => registration.unregister(devices, gateway),
    };
  }

  /** @throws {RpcError} where its dm was not to be asked */
  ask(question: AskedOfDm, { productID, deviceName }: Asker): Promise<Reply> {
    const answer = this.answers[question.kind] as (question: AskedOfDm, gateway: DeviceNames) => Promise<Reply>;
    return answer(question, { productID, deviceName });
  }

  /** Devices that a gateway device has seen, by the names of its dm; or why it is not told of them. @throws {RpcError} */
  async seen(devices: readonly DeviceIdentity[], gateway: Asker): Promise<readonly DeviceNames[] | Refusal> {
    const named = await this.named(devices);
    if (named.some(({ product }) => !product)) return { code: UNKNOWN_PRODUCT };
    const objection = await objectionToKinds(this.options.products, named, gateway);
    return objection ?? named.map(({ productID, deviceName }) => ({ productID, deviceName }));
  }

  private async bind(devices: readonly DeviceIdentity[], gateway: DeviceNames): Promise<Reply> {
    const named = await this.named(devices);
    const seen = await this.subDevices.look(named);
    const refusal =
      firstRefusal(named, (device) => objectionTo(device, seen, gateway)) ??
      (await objectionToKinds(this.options.products, named, gateway));
    if (refusal) return refusal;
    const added = named.filter((device) => !seen.isAttached(device, gateway));
    const done: Reply = { code: 200, data: namesIn(named) };
    if (added.length === 0) return done;
    if ((await this.subDevices.countOf(gateway)) + added.length > this.options.limit) return { code: TOO_MANY };
    const others = await this.subDevices.attach(gateway, added);
    if (others.length === 0) return done;
    return { code: SERVICE_ERROR, message: 'another gateway device adds the same sub-devices; try again' };
  }

  private async delete(devices: readonly DeviceIdentity[], gateway: DeviceNames): Promise<Reply> {
    const named = await this.named(devices);
    const seen = await this.subDevices.look(named);
    const refusal = firstRefusal(named, (device) => {
      if (!seen.get(device)) return { code: UNKNOWN_DEVICE };
      return seen.isAttached(device, gateway) ? undefined : { code: NOT_ATTACHED };
    });
    if (refusal) return refusal;
    await this.subDevices.detach(gateway, named);
    return { code: 200, data: namesIn(named) };
  }

  private async list(gateway: DeviceNames): Promise<Reply> {
    const list = await this.subDevices.of(gateway);
    const { products } = this.options;
    const productIDs = [...new Set(list.map(({ productID }) => productID))];
    const keys = new Map(await Promise.all(productIDs.map(async (id) => [id, await products.keyOf(id)] as const)));
    const data = list.map(({ productID, deviceName }) => ({ productKey: keys.get(productID)!, deviceName }));
    return { code: 200, data };
  }

  private named(devices: readonly DeviceIdentity[]): Promise<Named[]> {
    return readNamed(this.options.products, devices);
  }
}

const namesIn = (named: readonly Named[]): Json => named.map(({ said }) => ({ ...said }));

const objectionTo = (device: Named, seen: SeenDevices, gateway: DeviceNames): Refusal | undefined => {
  if (isSame(device, gateway)) return { code: ITSELF };
  const found = seen.get(device);
  if (!found || !device.product) return { code: UNKNOWN_DEVICE };
  return isEnabled(found, device.product) ? undefined : { code: DISABLED };
};
