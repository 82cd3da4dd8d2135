/**
 * What gateway devices ask about their sub-devices. Questions that name the same sub-device are worked on in their order, those
 * about different ones side by side.
 */
import {
  topologyRefusals,
  type Question,
  type Reply,
  type SubSessionQuestion,
  type TopologyQuestion,
} from '@alink/alink';
import type { DeviceIdentity } from '@alink/signing';
import { DeviceQueues } from '../directory/device-queues';
import type { SubDeviceRate } from '../guard/sub-device-rate';
import type { Session } from '../session/session';
import { namesOf } from './judge';
import type { Answered, Answerer, SessionAnswerer } from './requests';
import type { SubDeviceLogins } from './sub-device-logins';
import type { TopologyAnswers } from './topology-answers';

/** What a device may ask: `topology.bind` is for nodes. */
type GatewayQuestion = Exclude<TopologyQuestion, { kind: 'topology.bind' }> | SubSessionQuestion;
type Answers = {
  readonly [K in GatewayQuestion['kind']]: (
    question: Extract<GatewayQuestion, { kind: K }>,
    gateway: Session,
  ) => Promise<Answered>;
};

export interface GatewayAnswersOptions {
  readonly logins: SubDeviceLogins;
  readonly topology: TopologyAnswers;
  readonly dm: Answerer;
  readonly rate: Pick<SubDeviceRate, 'admits'>;
}

/** "too many requests" ("Alibaba Cloud IoT documentation, 'Error codes for devices'"). */
const TOO_MANY: Reply = { code: 429 };

export class GatewayAnswers implements SessionAnswerer {
  private readonly queues = new DeviceQueues();
  /** Settles when all changes of a gateway device's topology that were asked for so far are done. */
  private readonly changes = new WeakMap<Session, Promise<void>>();
  private readonly answers: Answers;

  constructor({ logins, topology, dm, rate }: GatewayAnswersOptions) {
    const change = (
      devices: readonly DeviceIdentity[],
      gateway: Session,
      work: () => Promise<Reply>,
    ): Promise<Reply> => {
      const done = this.inTurn(devices, gateway, work);
      // To nothing: what the earlier ones resolve to would be kept with what the latest does, as long as the session is.
      const allDone = Promise.allSettled([this.changes.get(gateway), done]).then(() => undefined);
      this.changes.set(gateway, allDone);
      return done;
    };
    const asked = (question: Exclude<TopologyQuestion, { kind: 'topology.get' }>, gateway: Session): Promise<Reply> =>
      change(question.devices, gateway, () => topology.change(question, question.devices, gateway));

    this.answers = {
      'subSession.login': async ({ devices }, gateway) =>
        rate.admits(gateway.key, devices.length)
          ? this.inTurn(devices, gateway, () => logins.login(devices, gateway))
          : { ...TOO_MANY, data: devices.map(namesOf) },
      // Never too many: of the codes for a logout none says so ("Alibaba Cloud IoT documentation, 'Sub-device sessions'").
      'subSession.logout': ({ devices }, gateway) =>
        this.inTurn(devices, gateway, () => logins.logout(devices, gateway)),
      'topology.add': ({ devices }, gateway) => change(devices, gateway, () => topology.add(devices, gateway)),
      'topology.registerSigned': ({ devices }, gateway) =>
        change(devices, gateway, () => topology.registerSigned(devices, gateway)),
      'topology.register': asked,
      'topology.unregister': asked,
      'topology.delete': asked,
      'topology.get': async (question, gateway) => {
        await this.changes.get(gateway);
        return dm.ask(question, gateway);
      },
      'topology.found': (question, gateway) => dm.ask(question, gateway),
    };
  }

  knows({ kind }: Question): boolean {
    return kind in this.answers;
  }

  async ask(question: Question, of: Session): Promise<Answered> {
    if (of.via) return topologyRefusals.hasNoSubDevices;
    const { kind } = question as GatewayQuestion;
    return (this.answers[kind] as (question: Question, gateway: Session) => Promise<Answered>)(question, of);
  }

  private inTurn<T>(devices: readonly DeviceIdentity[], { key }: Session, work: () => Promise<T>): Promise<T> {
    return this.queues.runTogether(
      devices.map(({ productKey, deviceName }) => `${key} ${productKey}&${deviceName}`),
      work,
    );
  }
}
