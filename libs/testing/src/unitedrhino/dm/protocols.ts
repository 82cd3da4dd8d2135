/** dm.ProtocolManage: which protocols there are, and which processes serve them (unitedrhino, things: protocolmanage). */
import { RhinoError } from '../wire/rhino-error';
import type { DmMessage } from '../wire/messages';
import type { Methods } from '../wire/rpc-server';
import { requireRoot, type RhinoUser } from '../wire/user-context';
import type { DmContext } from './context';
import type { Protocol, ProtocolService } from './state';

type User = RhinoUser | undefined;

const configsOf = ({ configInfos }: Protocol): Readonly<Record<string, string>>[] =>
  configInfos.map(({ config }) => config);

const find = <T>(list: readonly T[], matches: (one: T) => boolean): T => {
  const found = list.find(matches);
  if (!found) throw new RhinoError(100009);
  return found;
};

const remove = <T extends { readonly id: number }>(list: T[], id: number): void => {
  const at = list.findIndex((one) => one.id === id);
  if (at >= 0) list.splice(at, 1);
};

/** A service on the wire: times in Unix seconds. */
const serviceInfo = (service: ProtocolService): object => ({
  ...service,
  updatedTime: Math.trunc(service.updatedTime / 1000),
});

export const protocolMethods = ({ state, notices }: DmContext): Methods[string] => ({
  /** One that exists is changed, and its id answered. */
  protocolInfoCreate: async (request: DmMessage<'ProtocolInfo'>, user: User) => {
    requireRoot(user);
    const { code, name, type, transProtocol, desc, etcdKey, endpoints, configInfos } = request;
    const known = state.protocols.find((protocol) => protocol.code === code);
    if (known) {
      Object.assign(known, { name, desc, etcdKey, endpoints });
      return { id: known.id };
    }
    const protocol = { id: state.nextId(), code, name, type, transProtocol, desc, etcdKey, endpoints, configInfos };
    state.protocols.push(protocol);
    await notices.protocol(code, configsOf(protocol));
    return { id: protocol.id };
  },

  protocolInfoUpdate: async (request: DmMessage<'ProtocolInfo'>, user: User) => {
    requireRoot(user);
    const protocol = find(state.protocols, ({ id }) => String(id) === request.id);
    const { name, desc, etcdKey, endpoints, configInfos } = request;
    Object.assign(protocol, { name, desc, etcdKey, endpoints });
    if (configInfos.length > 0) protocol.configInfos = configInfos;
    await notices.protocol(protocol.code, configsOf(protocol));
    return {};
  },

  protocolInfoDelete: (request: DmMessage<'WithID'>, user: User) => {
    requireRoot(user);
    remove(state.protocols, Number(request.id));
    return {};
  },

  protocolInfoRead: ({ id, code }: DmMessage<'WithIDCode'>) =>
    find(
      state.protocols,
      (protocol) => (id === '0' || String(protocol.id) === id) && (!code || protocol.code === code),
    ),

  protocolInfoIndex: ({ code, codes }: DmMessage<'ProtocolInfoIndexReq'>) => {
    const list = state.protocols.filter(
      (protocol) => (!code || protocol.code === code) && (codes.length === 0 || codes.includes(protocol.code)),
    );
    return { list, total: list.length };
  },

  /** A sign of life of a process; the first one makes the row. */
  protocolServiceUpdate: (request: DmMessage<'ProtocolService'>, user: User) => {
    requireRoot(user);
    const { code, ip } = request;
    const port = Number(request.port);
    const status = Number(request.status);
    const known = state.protocolServices.find((one) => one.code === code && one.ip === ip && one.port === port);
    if (known) Object.assign(known, { status, updatedTime: Date.now() });
    else state.protocolServices.push({ id: state.nextId(), code, ip, port, status, updatedTime: Date.now() });
    return {};
  },

  protocolServiceDelete: (request: DmMessage<'WithID'>, user: User) => {
    requireRoot(user);
    remove(state.protocolServices, Number(request.id));
    return {};
  },

  protocolServiceIndex: ({ code }: DmMessage<'ProtocolServiceIndexReq'>) => {
    const list = state.protocolServices.filter((service) => !code || service.code === code).map(serviceInfo);
    return { list, total: list.length };
  },
});
