/** dm.RemoteConfig: configurations of products (unitedrhino, things: remoteconfig). It looks at nobody's rights. */
import { PROTOCOL_CODE } from '@alink/contract';
import { RhinoError } from '../wire/rhino-error';
import type { DmMessage } from '../wire/messages';
import type { Methods } from '../wire/rpc-server';
import type { DmContext } from './context';
import { pageOf } from './devices';
import { publishToDevice } from './downlink';
import type { Config } from './state';

interface Named {
  readonly productID: string;
}

const infoOf = (productID: string, { id, content, createdTime }: Config): object => ({
  id,
  productID,
  content,
  createdTime: Math.trunc(createdTime / 1000),
});

export const remoteConfigMethods = ({ state, bus }: DmContext): Methods[string] => ({
  /** One of a product: the unique index of its table takes no second one. */
  RemoteConfigCreate: ({ productID, content }: DmMessage<'RemoteConfigCreateReq'>) => {
    if (state.configs.has(productID)) throw new RhinoError(100008);
    state.configs.set(productID, { id: state.nextId(), content: content || '{}', createdTime: Date.now() });
    return {};
  },

  RemoteConfigIndex: ({ productID, page }: DmMessage<'RemoteConfigIndexReq'>) => {
    const all = [...state.configs].filter(([of]) => !productID || of === productID);
    return { list: pageOf(all, page).map(([of, config]) => infoOf(of, config)), total: all.length };
  },

  /** To every device of the product, whoever is there. */
  RemoteConfigPushAll: async ({ productID }: Named) => {
    const config = state.configs.get(productID);
    if (!config) throw new RhinoError(100009);
    const protocolCode = state.products.get(productID)?.protocolCode ?? PROTOCOL_CODE;
    const body = { method: 'push', payload: config.content };
    for (const device of state.devices.values()) {
      if (device.productID !== productID) continue;
      const { deviceName } = device;
      await publishToDevice(bus, { productID, deviceName, handle: 'config', type: 'push', body, protocolCode });
    }
    return {};
  },

  RemoteConfigLastRead: ({ productID }: Named) => {
    const config = state.configs.get(productID);
    return { info: infoOf(productID, config ?? { id: 0, content: '', createdTime: 0 }) };
  },
});
