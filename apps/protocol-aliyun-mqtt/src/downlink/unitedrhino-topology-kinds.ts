/** What unitedrhino's dm tells a gateway device of its sub-devices, and asks of it, as Alink says it. */
import { ADD_NOTICE, JOIN_PERMIT, joinPermitData, TOPOLOGY_CHANGE, topologyStatus } from '@alink/alink';
import type { Json } from '@alink/contract';
import type { DeviceIdentity } from '@alink/signing';
import type { Taken } from './commanding-dm';
import type { Kind, KindTools, RhinoMessage } from './unitedrhino-kind';

interface TopologyPayload {
  /** 1 attached, 2 detached. */
  readonly status?: number;
  readonly devices?: readonly { readonly productID?: string; readonly deviceName?: string }[];
}

/** What has become of the sub-devices, by the number that its dm has for it. */
const STATUS: Readonly<Record<number, number>> = { 1: topologyStatus.attached, 2: topologyStatus.detached };

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
    return requestOf(TOPOLOGY_CHANGE, message, { status, subList }, {});
  },
  notifyBind: async (message, _session, tools) => {
    const list = (await identitiesOf((message.payload ?? {}) as TopologyPayload, tools)) as unknown as Json;
    return requestOf(ADD_NOTICE, message, list, tools.caller);
  },
  getFound: (message, _session, { caller }) => requestOf(JOIN_PERMIT, message, joinPermitData(), caller),
};

export const topology: Kind = (message, session, tools) => {
  const kind = Object.hasOwn(kinds, message.method ?? '') ? kinds[message.method!] : undefined;
  return kind ? kind(message, session, tools) : 'here';
};
