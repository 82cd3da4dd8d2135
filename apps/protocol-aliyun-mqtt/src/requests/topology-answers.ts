/**
 * The topology of a gateway device: dm keeps it, and this node, which knows all secrets, checks what proves that a sub-device is
 * the gateway device's to name ("Alibaba Cloud IoT documentation, 'Manage topological relationships', 'Register devices'").
 */
import type {
  Question,
  RefusedSubDevice,
  Reply,
  SignedSubDevice,
  SubDeviceOfProduct,
  SubDeviceRegistration,
} from '@alink/alink';
import type { Json } from '@alink/contract';
import { verifySubDevice, verifySubDeviceOfProduct, type DeviceIdentity } from '@alink/signing';
import type { DeviceDirectory } from '../directory/device-directory';
import type { Found } from '../directory/records';
import type { DeviceChanges } from '../session/device-changes';
import type { Session } from '../session/session';
import { judge, namesOf, refusalOf } from './judge';
import { objections, type Objection } from './objections';
import type { Answerer } from './requests';

export interface TopologyAnswersOptions {
  readonly directory: DeviceDirectory;
  readonly changes: Pick<DeviceChanges, 'deviceChanged'>;
  readonly dm: Answerer;
}

export class TopologyAnswers {
  constructor(private readonly options: TopologyAnswersOptions) {}

  /** Asks dm to attach those whose signatures are all right. */
  async add(devices: readonly SignedSubDevice[], gateway: Session): Promise<Reply> {
    const judged = await judge(this.options.directory, devices, objectionTo(gateway));
    const refused = judged.filter(({ objection }) => objection);
    if (refused.length > 0) return refusalOf(refused);
    return this.change({ kind: 'topology.bind', devices: devices.map(namesOf) }, devices, gateway);
  }

  /** Asks dm to register those whose signatures are right. */
  async registerSigned(devices: readonly SubDeviceOfProduct[], gateway: Session): Promise<Reply> {
    const judged = await judge(this.options.directory, devices, registrationObjectionTo);
    const refusedHere = judged.flatMap(({ device, objection }): RefusedSubDevice[] =>
      objection ? [{ ...namesOf(device), code: objection.code }] : [],
    );
    const proven = judged.filter(({ objection }) => !objection).map(({ device }) => namesOf(device));
    if (proven.length === 0) return registration({ registered: [], refused: refusedHere });
    const reply = await this.change({ kind: 'topology.register', devices: proven, partial: true }, proven, gateway);
    if (reply.code !== 200) return reply;
    const { registered, refused } = reply.data as unknown as SubDeviceRegistration;
    return registration({ registered, refused: [...refusedHere, ...refused] });
  }

  /** Asks dm for a change of these; what this node knows of them counts no more. */
  async change(question: Question, devices: readonly DeviceIdentity[], gateway: Session): Promise<Reply> {
    try {
      const reply = await this.options.dm.ask(question, gateway);
      if (reply.code === 200) this.changed(devices);
      return reply;
    } catch (error) {
      // It may have been done all the same.
      this.changed(devices);
      throw error;
    }
  }

  private changed(devices: readonly DeviceIdentity[]): void {
    const { directory, changes } = this.options;
    for (const { productKey, deviceName } of devices) {
      const productID = directory.product(productKey)?.productID ?? productKey;
      void changes.deviceChanged({ productID, deviceName });
    }
  }
}

const registration = (data: SubDeviceRegistration): Reply => ({ code: 200, data: data as unknown as Json });

const objectionTo =
  (gateway: Session) =>
  (named: SignedSubDevice, { product, device }: Found): Objection | undefined => {
    if (!product || !device) return objections.unknownDevice;
    if (device.productID === gateway.productID && device.deviceName === gateway.deviceName) return objections.itself;
    const check = verifySubDevice(named, device.secret);
    if (check === 'unknownMethod') return objections.unknownMethod;
    if (!check) return objections.wrongTopologySign;
    return product.enabled && device.enabled ? undefined : objections.disabled;
  };

const registrationObjectionTo = (named: SubDeviceOfProduct, { product }: Found): Objection | undefined => {
  if (!product) return objections.unknownProduct;
  const check = verifySubDeviceOfProduct(named, product.secret);
  if (check === 'unknownMethod') return objections.unknownMethod;
  return check ? undefined : objections.wrongProductSign;
};
