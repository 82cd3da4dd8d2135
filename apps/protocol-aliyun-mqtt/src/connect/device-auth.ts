/** `dg.DeviceAuth`: the same decisions for a broker that asks instead of being in this node, with the same lines in the log. */
import { setTimeout as pause } from 'node:timers/promises';
import { mayPublish, maySubscribe } from '@alink/alink';
import type { services } from '@alink/contract';
import { Code } from '@alink/contract';
import { RpcError, type Handlers } from '@alink/rpc';
import type { Journal } from '../journal';
import type { Decider } from './admission';
import { identityOf, readAttempt } from './attempt';
import { noteRefusal } from './note-refusal';
import { isRegistration } from './ways/dynamic-registration';

/** Names that brokers give the two kinds of access. */
const PUBLISH = new Set(['pub', 'publish', 'write', '2']);
const SUBSCRIBE = new Set(['sub', 'subscribe', 'read', '1']);

/** Bytes of a topic in a line. */
const MAX_TOPIC = 200;

export const deviceAuth = (
  admission: Decider,
  journal: Journal,
): Pick<Handlers<typeof services.deviceAuth>, 'loginAuth' | 'accessAuth'> => ({
  async loginAuth({ clientID, username, password, ip, certificate }) {
    const attempt = readAttempt({
      clientId: clientID,
      username,
      password,
      keepalive: undefined,
      address: ip,
      secure: false,
      certificates: certificate.length > 0 ? [Buffer.from(certificate)] : [],
    });
    // Before anything is decided: what dm.rpc gives for a registration would be lost.
    if (isRegistration(attempt)) throw notHere();
    const verdict = await admission.decide(attempt);
    if (verdict.as === 'device') return {};
    if (verdict.as !== 'refused') throw notHere();
    if (verdict.lateMs) await pause(verdict.lateMs);
    noteRefusal(journal, attempt, verdict.refusal);
    // The asking broker passes this on to the device: it must not learn more than the CONNACK code says.
    const { returnCode } = verdict.refusal;
    if (returnCode === 3) throw new RpcError(Code.system, 'device authentication is unavailable for now');
    throw new RpcError(returnCode === 2 ? Code.parameter : Code.permission, `login refused (CONNACK ${returnCode})`);
  },

  async accessAuth({ username, topic, access }) {
    const self = identityOf(username);
    if (!self) throw new RpcError(Code.parameter, 'username: must be {deviceName}&{productKey}');
    const kind = access.toLowerCase();
    const isPublish = PUBLISH.has(kind);
    if (!isPublish && !SUBSCRIBE.has(kind)) throw new RpcError(Code.parameter, 'access: must be pub or sub');
    if (isPublish ? mayPublish(self, topic) : maySubscribe(self, topic).granted) return {};
    const verb = isPublish ? 'publish' : 'subscribe';
    journal.note({
      ...self,
      isUnproven: true,
      kind: isPublish ? 'drop' : 'refuseSubscribe',
      topic: topic.slice(0, MAX_TOPIC),
      code: 403,
      text: `${verb} refused at another broker; use topics with the device's own ProductKey and DeviceName`,
    });
    throw new RpcError(Code.permission, `${self.deviceName} may not ${verb} this topic`);
  },
});

const notHere = (): RpcError =>
  new RpcError(Code.permission, 'cloud publishers and registrations are let in by the node itself only');
