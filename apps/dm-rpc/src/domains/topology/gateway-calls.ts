/**
 * What gateway devices are told to do: look for sub-devices that may be attached, attach these. A device of ours is asked in
 * Alink, one of another protocol in unitedrhino's form.
 */
import { ADD_NOTICE, JOIN_PERMIT, joinPermitData } from '@alink/alink';
import { PROTOCOL_CODE, type Json, type services } from '@alink/contract';
import type { CallContext, Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { DeviceCore } from '../../device-core';
import { successOf } from '../../services/device-interact/answer-of';
import type { CommandBody, CommandSender, TopologyMessage } from '../../services/device-interact/command-sender';
import { findTarget, timeoutOf } from '../../services/device-interact/command-target';
import type { CommandAction } from '../../services/device-interact/send-log';
import { requireDevice } from '../../services/device-manage/device-record';
import { badParameter, unknownProduct } from '../../wire/errors';

type Methods = Pick<Handlers<typeof services.deviceInteract>, 'gatewayGetFoundSend' | 'gatewayNotifyBindSend'>;

/** Seconds that a gateway device has to answer; unitedrhino's public source, `gatewayGetFoundSendLogic.go`. */
const PATIENCE = '10';
/** Sub-devices in one notice at most. */
const MAX_DEVICES = 1000;

/** Seconds for which a gateway device shall let sub-devices join at most. */
const MAX_WINDOW = 3600;

/** What a gateway device is asked, in both forms. */
interface Asked {
  readonly action: CommandAction;
  /** Below `/sys/{productKey}/{deviceName}/`. */
  readonly path: string;
  readonly params: Json;
  readonly foreign: TopologyMessage;
}

/** Asks a gateway device, and waits until it says that it has heard. */
const gatewayAsker =
  (context: DmContext, sender: CommandSender) =>
  async (gateway: DeviceCore, { action, path, params, foreign }: Asked, call: CallContext): Promise<void> => {
    const { device } = await findTarget(context, gateway);
    const isOurs = device.protocolCode === PROTOCOL_CODE;
    const body: CommandBody = isOurs
      ? { kind: 'thing', type: 'request', message: { method: 'request', path, params } }
      : { kind: 'topology', message: foreign };
    const { answer } = await sender.send({
      device,
      action,
      entries: [{ dataID: path, content: JSON.stringify(isOurs ? params : foreign) }],
      user: call.user,
      body,
      timeoutMs: timeoutOf(PATIENCE, call, context.now()),
    });
    successOf(await answer);
  };

const permission = (params = joinPermitData()): Asked => ({
  action: 'gatewayGetFoundSend',
  path: JOIN_PERMIT,
  params,
  foreign: { method: 'getFound' },
});

export const gatewayCallHandlers = (context: DmContext, sender: CommandSender): Methods => {
  const ask = gatewayAsker(context, sender);
  return {
    async gatewayGetFoundSend(gateway, call) {
      await ask(gateway, permission(), call);
      return {};
    },

    async gatewayNotifyBindSend({ gateway, subDevices }, call) {
      const asked = requireDevice(gateway, 'gateway.');
      if (subDevices.length === 0) throw badParameter('subDevices', 'must not be empty');
      if (subDevices.length > MAX_DEVICES) {
        throw badParameter('subDevices', `must have at most ${MAX_DEVICES} entries`);
      }
      const devices = subDevices.map((device, i) => requireDevice(device, `subDevices[${i}].`));
      const productKeys = await productKeysOf(context, devices);
      const params = devices.map(({ productID, deviceName }) => ({
        productKey: productKeys.get(productID)!,
        deviceName,
      }));
      const foreign: TopologyMessage = { method: 'notifyBind', payload: { devices } };
      await ask(asked, { action: 'gatewayNotifyBindSend', path: ADD_NOTICE, params, foreign }, call);
      return {};
    },
  };
};

/** Of `alink.DeviceAdmin`. */
export const permitHandlers = (
  context: DmContext,
  sender: CommandSender,
): Pick<Handlers<typeof services.deviceAdmin>, 'permitJoin'> => {
  const ask = gatewayAsker(context, sender);
  return {
    async permitJoin({ productID, deviceName, subProductID, seconds }, call) {
      const window = Number(seconds);
      if (!(window >= 0 && window <= MAX_WINDOW)) throw badParameter('seconds', `must be 1 to ${MAX_WINDOW}`);
      const product =
        subProductID === ''
          ? { productKey: '' }
          : await context.prisma.product.findUnique({
              where: { productID: subProductID },
              select: { productKey: true },
            });
      if (!product) throw unknownProduct(subProductID, 'subProductID');
      await ask({ productID, deviceName }, permission(joinPermitData(product.productKey, window)), call);
      return {};
    },
  };
};

/** The keys under which devices know the products. @throws {RpcError} 100006 naming the first that does not exist */
const productKeysOf = async (
  { prisma }: Pick<DmContext, 'prisma'>,
  devices: readonly DeviceCore[],
): Promise<ReadonlyMap<string, string>> => {
  const rows = await prisma.product.findMany({
    where: { productID: { in: devices.map(({ productID }) => productID) } },
    select: { productID: true, productKey: true },
  });
  const keys = new Map(rows.map(({ productID, productKey }) => [productID, productKey]));
  const missing = devices.findIndex(({ productID }) => !keys.has(productID));
  if (missing >= 0) throw unknownProduct(devices[missing]!.productID, `subDevices[${missing}].productID`);
  return keys;
};
