/** Asks a device for its current values. */
import { Code, PROTOCOL_CODE, type services } from '@alink/contract';
import { RpcError, type Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { badParameter } from '../../wire/errors';
import type { CommandSender } from './command-sender';
import { findTarget, propertyOf, timeoutOf, type CommandTarget } from './command-target';

type Methods = Pick<Handlers<typeof services.deviceInteract>, 'propertyGetReportSend'>;

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

export const propertyGetHandlers = (context: DmContext, sender: CommandSender): Methods => {
  const { prisma, now } = context;

  /** The latest values that are known, and the time of the oldest of them, unix milliseconds. */
  const readStored = async (deviceID: bigint, identifiers: readonly string[]) => {
    const rows = await prisma.propertyLatest.findMany({ where: { deviceID, identifier: { in: [...identifiers] } } });
    const oldest = rows.reduce(
      (least, row) => (row.timestamp < least ? row.timestamp : least),
      rows[0]?.timestamp ?? 0n,
    );
    // The values are JSON already; parsed and written again, long numbers would lose digits.
    const members = rows.map((row) => `${JSON.stringify(row.identifier)}:${row.value}`);
    return { timestamp: oldest.toString(), params: `{${members.join(',')}}` };
  };

  return {
    async propertyGetReportSend(request, call) {
      const target = await findTarget(context, request);
      const { device } = target;
      const identifiers = identifiersOf(target, request.dataIDs);
      if (identifiers.length === 0)
        throw badParameter('dataIDs', 'must name a property: the product has no thing model');
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
        return { code, msg, msgToken, timestamp: now(), params: output || '{}' };
      } catch (error) {
        // Few Alink devices answer this question at all; those of other protocols do.
        const isSilence = error instanceof RpcError && error.code === Code.deviceTimeout;
        if (!isSilence || device.protocolCode !== PROTOCOL_CODE) throw error;
        const stored = await readStored(device.id, identifiers);
        return {
          code: Code.ok,
          msg: 'the device did not answer in time: these are the stored values',
          msgToken,
          ...stored,
        };
      }
    },
  };
};
