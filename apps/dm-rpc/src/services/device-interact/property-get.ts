/** Asks a device for its current values. */
import { Code, type services } from '@alink/contract';
import { RpcError, type Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { badParameter } from '../../wire/errors';
import type { CommandSender } from './command-sender';
import { findTarget, timeoutOf } from './command-target';

type Methods = Pick<Handlers<typeof services.deviceInteract>, 'propertyGetReportSend'>;

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
      const { device, model, properties } = await findTarget(context, request);
      if (model.validation !== 'none') {
        const unknown = request.dataIDs.findIndex((identifier) => !properties.has(identifier));
        if (unknown >= 0) throw badParameter(`dataIDs[${unknown}]`, `names no property: ${request.dataIDs[unknown]}`);
      }
      const identifiers = request.dataIDs.length > 0 ? request.dataIDs : [...properties.keys()];
      if (identifiers.length === 0)
        throw badParameter('dataIDs', 'must name a property: the product has no thing model');
      const { msgToken, answer } = await sender.send({
        device,
        action: 'propertyGetReportSend',
        dataID: identifiers.join(','),
        content: JSON.stringify(identifiers),
        user: call.user,
        body: { kind: 'thing', type: 'property', message: { method: 'getReport', identifiers } },
        timeoutMs: timeoutOf('0', call, now()),
      });
      try {
        const { code, msg, output } = await answer;
        return { code, msg, msgToken, timestamp: now(), params: output || '{}' };
      } catch (error) {
        if (!(error instanceof RpcError) || error.code !== Code.deviceTimeout) throw error;
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
