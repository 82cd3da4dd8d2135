/** What unitedrhino's dm tells a gateway device of its sub-devices, and asks of it, as Alink says it. */
import type { Json } from '@alink/contract';
import type { DeviceIdentity } from '@alink/signing';
import type { Taken } from './commanding-dm';
import type { Kind, KindTools, RhinoMessage } from './unitedrhino-kind';

interface TopologyPayload {
  /** 1 attached, 2 detached. */
  readonly status?: number;
  readonly devices?: readonly { readonly productID?: string; readonly deviceName?: string }[];
}

/** `status` of `thing/topo/change`, by that of its dm ("Alibaba Cloud IoT documentation, 'Manage topological relationships'"). */
const STATUS: Readonly<Record<number, number>> = { 1: 0, 2: 1 };

/** Any product, and seconds: so long a gateway device is to look for sub-devices (Link SDK for C 3.x, "usually 60 seconds"). */
const PERMISSION = { productKey: '', time: 60 };

/** By the names that devices know. */
const identitiesOf = ({ devices = [] }: TopologyPayload, { productKeyOf }: KindTools): Promise<DeviceIdentity[]> =>
  Promise.all(
    devices.map(async ({ productID = '', deviceName = '' }) => ({
      productKey: await productKeyOf(productID),
      deviceName,
    })),
  );

const requestOf = (
  path: string,
  { msgToken = '' }: RhinoMessage,
  params: Json,
  caller: KindTools['caller'],
): Taken => ({
  request: { method: 'request', path, msgToken, timestamp: 0, params },
  caller,
});

/** By its method; whatever else comes is a reply to what the node has asked or carried there. */
const kinds: Readonly<Record<string, Kind>> = {
  change: async (message, _session, tools) => {
    const payload = (message.payload ?? {}) as TopologyPayload;
    const status = STATUS[payload.status ?? 0];
    if (status === undefined) return { dropped: 'a change of the topology that is none' };
    const subList = (await identitiesOf(payload, tools)) as unknown as Json;
    // It waits for no answer.
    return requestOf('thing/topo/change', message, { status, subList }, {});
  },
  notifyBind: async (message, _session, tools) => {
    const list = (await identitiesOf((message.payload ?? {}) as TopologyPayload, tools)) as unknown as Json;
    return requestOf('thing/topo/add/notify', message, list, tools.caller);
  },
  getFound: (message, _session, { caller }) => requestOf('thing/gateway/permit', message, PERMISSION, caller),
};

export const topology: Kind = (message, session, tools) => {
  const kind = Object.hasOwn(kinds, message.method ?? '') ? kinds[message.method!] : undefined;
  return kind ? kind(message, session, tools) : 'here';
};
