/** dm.DeviceInteract: commands to devices (unitedrhino, things: deviceinteract). */
import { RhinoError } from '../wire/rhino-error';
import type { DmMessage } from '../wire/messages';
import type { Methods } from '../wire/rpc-server';
import type { RhinoUser } from '../wire/user-context';
import type { DmContext } from './context';
import { requireAccess } from './device-messages';
import { askDevice, publishToDevice, type Downlink } from './downlink';
import type { PendingRequests } from './pending';
import { ONLINE, requireOnline } from './presence';
import type { Reports } from './reports';
import type { RhinoModel } from './rhino-model';
import type { Device, DeviceRef, Product } from './state';

type User = RhinoUser | undefined;
type Params = Readonly<Record<string, unknown>>;

/** Milliseconds for a device's answer where the caller names none. */
const ANSWER_MS = 5000;
const OK = 200;
/** Its word for success, where it forgets to translate it. */
const SUCCESS = 'error.sys.success';

/** `shadowControl`; 0 sends, and keeps for later only where the model says that the value may wait. */
const Shadow = { auto: 0, sendOnly: 1, keepOnly: 2, cloudOnly: 3, cloudOnlyLogged: 4, sendUnlogged: 5, latestOnly: 6 };

const parseParams = (text: string, detail: string): Params => {
  try {
    return JSON.parse(text) as Params;
  } catch {
    throw new RhinoError(100006, [detail + text]);
  }
};

/** A property whose value may not wait, since its model does not say so. */
const impatient = (model: RhinoModel, params: Params): string | undefined =>
  Object.keys(params).find((identifier) => !model.property(identifier)?.isUseShadow);

/** Whatever the device has said about it. */
const refusedByDevice = (): RhinoError => new RhinoError(2000004, [], '指令发送失败');

export const commandMethods = (
  { state, bus, applications }: DmContext,
  pending: PendingRequests,
  reports: Reports,
): Methods[string] => {
  const targetOf = ({ productID, deviceName }: DeviceRef): { device: Device; product: Product; model: RhinoModel } => {
    const device = state.device({ productID, deviceName });
    const product = state.products.get(productID);
    if (!device || !product) throw new RhinoError(100009);
    return { device, product, model: product.model };
  };

  const downlinkOf = (product: Product, device: Device, type: string, body: object): Downlink => {
    const { productID, deviceName } = device;
    return { handle: 'thing', type, body, productID, deviceName, protocolCode: product.protocolCode };
  };

  return {
    propertyControlSend: async (request: DmMessage<'PropertyControlSendReq'>, user: User) => {
      requireAccess(user);
      const { device, product, model } = targetOf(request);
      const control = Number(request.shadowControl);
      const isOnline = device.isOnline === ONLINE;
      if (isOnline || control === Shadow.sendOnly) requireOnline(state, device);
      const asked = parseParams(request.data, 'SendProperty data not right:');
      // An undefined property is passed over, a value out of range is moved into it.
      const params = model.takeProperties(asked);
      if (Object.keys(params).length === 0) return { code: OK, msg: `${SUCCESS}:该设备无控制的属性,忽略` };
      if ([Shadow.cloudOnly, Shadow.cloudOnlyLogged, Shadow.latestOnly].includes(control)) {
        await reports.properties(device, params, Date.now());
        return { code: OK, msg: `${SUCCESS}:只修改云端值` };
      }
      if (control === Shadow.keepOnly || (!isOnline && control === Shadow.auto)) {
        const refused = impatient(model, asked);
        if (refused !== undefined && control === Shadow.auto) throw new RhinoError(2000003);
        if (refused !== undefined) throw new RhinoError(100006, [], `参数错误:属性: ${refused} 未开启设备影子模式`);
        for (const [dataID, value] of Object.entries(params)) state.dataOf(device).shadow.set(dataID, { value });
        return { code: OK, msg: `${SUCCESS}:影子模式` };
      }
      const msgToken = pending.newToken();
      pending.sent('property', device, msgToken, params);
      const downlink = downlinkOf(product, device, 'property', { method: 'control', msgToken, params });
      if (request.isAsync) {
        await publishToDevice(bus, downlink);
        return { msgToken, code: OK, msg: SUCCESS };
      }
      const timeoutMs = Number(request.syncTimeout) * 1000 || ANSWER_MS;
      const answer = await askDevice(bus, downlink, msgToken, timeoutMs).catch((error: unknown) => {
        throw new RhinoError(RhinoError.from(error).code, [], '指令发送失败');
      });
      if (answer.code !== OK) throw refusedByDevice();
      return { msgToken, code: answer.code, msg: answer.msg };
    },

    propertyControlRead: ({ productID, deviceName, msgToken }: DmMessage<'RespReadReq'>, user: User) => {
      requireAccess(user);
      const answer = pending.answer('property', { productID, deviceName }, msgToken);
      if (!answer) throw new RhinoError(100009);
      return { msgToken, code: answer.code, msg: answer.msg };
    },

    actionSend: async (request: DmMessage<'ActionSendReq'>, user: User) => {
      requireAccess(user);
      const { device, product, model } = targetOf(request);
      requireOnline(state, device);
      const { actionID, outputParams } = request;
      const input = request.inputParams ? parseParams(request.inputParams, 'ActionSend InputParams not right:') : {};
      const params = model.takeInput(actionID, input);
      const msgToken = pending.newToken();
      const news = { actionID, msgToken, params: input, dir: 'down', reqType: 'req' } as const;
      const told = (): Promise<void> => applications.action(device, news, Date.now());
      // Whoever brings the answer along is given it; the device is not asked.
      if (outputParams) return told().then(() => ({ msgToken, outputParams, code: OK }));
      pending.sent('action', device, msgToken, params);
      const downlink = downlinkOf(product, device, 'action', { method: 'action', msgToken, params, actionID });
      if (request.isAsync) {
        await publishToDevice(bus, downlink);
        await told();
        return { msgToken };
      }
      const answer = await askDevice(bus, downlink, msgToken, ANSWER_MS);
      if (answer.code !== OK) throw refusedByDevice();
      await told();
      return { msgToken, code: answer.code, msg: answer.msg, outputParams: JSON.stringify(answer.data ?? null) };
    },

    actionRead: ({ productID, deviceName, msgToken }: DmMessage<'RespReadReq'>, user: User) => {
      requireAccess(user);
      const answer = pending.answer('action', { productID, deviceName }, msgToken);
      if (!answer) throw new RhinoError(100009);
      return { msgToken, code: answer.code, msg: answer.msg, outputParams: JSON.stringify(answer.data ?? null) };
    },

    propertyGetReportSend: async (request: DmMessage<'PropertyGetReportSendReq'>, user: User) => {
      requireAccess(user);
      const { device, product } = targetOf(request);
      requireOnline(state, device);
      const msgToken = pending.newToken();
      const { dataIDs: identifiers } = request;
      const body = { method: 'getReport', msgToken, ...(identifiers.length > 0 && { identifiers }) };
      const answer = await askDevice(bus, downlinkOf(product, device, 'property', body), msgToken, ANSWER_MS);
      const { code, msg, timestamp, data } = answer;
      const params = data === undefined || data === null ? '' : JSON.stringify(data);
      return { code, msg, msgToken, timestamp: timestamp || Date.now(), params };
    },

    /** Answers, and sends nothing. */
    sendMsg: () => ({}),
  };
};
