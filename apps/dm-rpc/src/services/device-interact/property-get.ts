/** Asks a device for its current values. */
import { Code, PROTOCOL_CODE, type services } from '@alink/contract';
import { RpcError, type CallContext, type Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { badParameter } from '../../wire/errors';
import type { CommandSender } from './command-sender';
import { storedValues } from './stored-values';
import { findTarget, propertyOf, timeoutOf, type CommandTarget } from './command-target';

type Methods = Pick<Handlers<typeof services.deviceInteract>, 'propertyGetReportSend'>;

export interface AskedValues {
  readonly code: number;
  readonly msg: string;
  readonly msgToken: string;
  /** Unix milliseconds. */
  readonly timestamp: string;
  /** JSON object: value by identifier. */
  readonly params: string;
}

export type AskProperties = (
  target: CommandTarget,
  dataIDs: readonly string[],
  call: CallContext,
) => Promise<AskedValues>;

/** What the device is asked for: an Alink device knows no elements of arrays. @throws {RpcError} 100006 for no property */
const identifiersOf = (target: CommandTarget, dataIDs: readonly string[]): string[] => {
  const { device, model, properties } = target;
  if (dataIDs.length === 0) return [...properties.keys()];
  const identifiers = dataIDs.map((dataID, at) => {
    const property = propertyOf(target, dataID);
    if (!property && model.validation !== 'none') throw badParameter(`dataIDs[${at}]`, `names no property: ${dataID}`);
    return device.protocolCode === PROTOCOL_CODE ? (property?.identifier ?? dataID) : dataID;
  });
  return [...new Set(identifiers)];
};

/** @returns what asks a device, and throws RpcError: 100006 for no property, 2000002 and 2000003 without an answer */
export const propertyAsker = (context: DmContext, sender: CommandSender): AskProperties => {
  const { now } = context;
  const stored = storedValues(context);

  return async (target, dataIDs, call) => {
    const { device } = target;
    const identifiers = identifiersOf(target, dataIDs);
    if (identifiers.length === 0) throw badParameter('dataIDs', 'must name a property: the product has no thing model');
    const { msgToken, answer } = await sender.send({
      device,
      action: 'propertyGetReportSend',
      entries: [{ dataID: identifiers.join(','), content: JSON.stringify(identifiers) }],
      user: call.user,
      body: { kind: 'thing', type: 'property', message: { method: 'getReport', identifiers } },
      timeoutMs: timeoutOf('0', call, now()),
    });
    try {
      const { code, msg, output } = await answer;
      return { code, msg, msgToken, timestamp: String(now()), params: output || '{}' };
    } catch (error) {
      // Few Alink devices answer this question at all; those of other protocols do.
      const isSilence = error instanceof RpcError && error.code === Code.deviceTimeout;
      if (!isSilence || device.protocolCode !== PROTOCOL_CODE) throw error;
      return {
        code: Code.ok,
        msg: 'the device did not answer in time: these are the stored values',
        msgToken,
        ...(await stored.add({ deviceID: device.id, identifiers })),
      };
    }
  };
};

export const propertyGetHandlers = (context: DmContext, askProperties: AskProperties): Methods => ({
  async propertyGetReportSend(request, call) {
    return askProperties(await findTarget(context, request), request.dataIDs, call);
  },
});
