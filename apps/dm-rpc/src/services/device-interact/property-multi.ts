/** Sets or asks for properties of many devices at once. */
import type { services } from '@alink/contract';
import { RpcError, type Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { AskProperties } from './property-get';
import { settingsOf, type SetProperties } from './set-properties';
import { fateOf, toEach } from './to-each';

type Methods = Pick<
  Handlers<typeof services.deviceInteract>,
  'propertyControlMultiSend' | 'propertyGetReportMultiSend'
>;

/** In place of the answer of a device that gave none. */
const NO_ANSWER = { code: 0, msg: '', msgToken: '' };

export const propertyMultiHandlers = (
  context: DmContext,
  setProperties: SetProperties,
  askProperties: AskProperties,
): Methods => ({
  /** What is wrong for all devices is refused as a whole; anything else is the result of its device. */
  async propertyControlMultiSend(request, call) {
    const settings = settingsOf(request);
    const all = await toEach(context, request, call, (target, within) => setProperties(target, settings, within));
    const list = all.map(({ productID, deviceName, outcome }) => ({
      productID,
      deviceName,
      ...(outcome instanceof RpcError ? NO_ANSWER : outcome),
      ...fateOf(outcome),
    }));
    return { list };
  },

  async propertyGetReportMultiSend(request, call) {
    const all = await toEach(context, request, call, (target, within) =>
      askProperties(target, request.dataIDs, within),
    );
    const list = all.map(({ productID, deviceName, outcome }) => ({
      productID,
      deviceName,
      ...(outcome instanceof RpcError ? { ...NO_ANSWER, timestamp: '0', params: '' } : outcome),
      ...fateOf(outcome),
    }));
    return { list };
  },
});
