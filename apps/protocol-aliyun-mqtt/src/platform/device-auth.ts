/** `dg.DeviceAuth`: the same decisions for a broker that asks instead of being this gateway. */
import type { services } from '@alink/contract';
import { Code } from '@alink/contract';
import { RpcError, type Handlers } from '@alink/rpc';
import { parseUsername } from '@alink/signing';
import { mayPublish, maySubscribe } from '@alink/topic';
import { readAttempt } from '../connect/attempt';
import type { Decider } from '../guard/guarded-admission';

/** Names that brokers give the two kinds of access. */
const PUBLISH = new Set(['pub', 'publish', 'write', '2']);
const SUBSCRIBE = new Set(['sub', 'subscribe', 'read', '1']);

export const deviceAuth = (admission: Decider): Handlers<typeof services.deviceAuth> => ({
  async loginAuth({ clientID, username, password, ip, certificate }) {
    const verdict = await admission.decide(
      readAttempt({
        clientId: clientID,
        username,
        password,
        keepalive: undefined,
        address: ip,
        secure: false,
        certificates: certificate.length > 0 ? [Buffer.from(certificate)] : [],
      }),
    );
    if (verdict.as === 'device') return {};
    if (verdict.as !== 'refused') {
      throw new RpcError(Code.permission, 'cloud publishers and registrations are let in by the gateway itself only');
    }
    // The asking broker passes this on to the device: it must not learn more than the CONNACK code says.
    const { returnCode } = verdict.refusal;
    if (returnCode === 3) throw new RpcError(Code.system, 'device authentication is unavailable for now');
    throw new RpcError(returnCode === 2 ? Code.parameter : Code.permission, `login refused (CONNACK ${returnCode})`);
  },

  async accessAuth({ username, topic, access }) {
    const self = parseUsername(username);
    if (!self) throw new RpcError(Code.parameter, 'username: must be {deviceName}&{productKey}');
    const kind = access.toLowerCase();
    if (!PUBLISH.has(kind) && !SUBSCRIBE.has(kind)) throw new RpcError(Code.parameter, 'access: must be pub or sub');
    const allowed = PUBLISH.has(kind) ? mayPublish(self, topic) : maySubscribe(self, topic).granted;
    if (!allowed) throw new RpcError(Code.permission, `${self.deviceName} may not ${kind} this topic`);
    return {};
  },
});
