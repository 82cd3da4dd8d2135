/** Sets properties of a device. */
import { Code, ShadowControl, valuesOf, type JsonObject, type services } from '@alink/contract';
import { RpcError, type Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { badParameter } from '../../wire/errors';
import { jsonObject } from '../../wire/fields';
import type { CommandSender } from './command-sender';
import { findTarget, refuseRejected, timeoutOf } from './command-target';
import { readResult } from './read-result';
import type { WaitingValues } from './waiting-values';

type Methods = Pick<Handlers<typeof services.deviceInteract>, 'propertyControlSend' | 'propertyControlRead'>;

const WAYS = valuesOf(ShadowControl);

/** An asynchronous command waits so long in the background before it counts as timed out. */
const BACKGROUND_TIMEOUT_MS = 60_000;

const KEPT = { code: Code.ok, msg: 'kept until the device comes online', msgToken: '' };

export const propertyControlHandlers = (
  context: DmContext,
  sender: CommandSender,
  waitingValues: WaitingValues,
): Methods => {
  const { prisma, now } = context;

  const writeLatest = async (deviceID: bigint, values: JsonObject): Promise<void> => {
    const timestamp = BigInt(now());
    await prisma.$transaction(
      Object.keys(values)
        .sort()
        .map((identifier) => {
          const value = JSON.stringify(values[identifier]);
          return prisma.propertyLatest.upsert({
            where: { deviceID_identifier: { deviceID, identifier } },
            create: { deviceID, identifier, value, timestamp },
            update: { value, timestamp },
          });
        }),
    );
  };

  return {
    async propertyControlSend(request, call) {
      const way = Number(request.shadowControl);
      if (!WAYS.includes(way)) throw badParameter('shadowControl', `must be one of ${WAYS.join(', ')}`);
      const { device, model } = await findTarget(context, request);
      const data = jsonObject('data', request.data);
      if (Object.keys(data).length === 0) throw badParameter('data', 'must name a property');
      const { accepted, rejected } = model.checkSettings(data);
      refuseRejected('data', rejected);
      const params = accepted as JsonObject;

      if (way === ShadowControl.knownOnly) {
        await writeLatest(device.id, params);
        return { code: Code.ok, msg: '', msgToken: '' };
      }
      if (way === ShadowControl.keepOnly || (way === ShadowControl.auto && !device.isOnline)) {
        await waitingValues.keep(device.id, params);
        return KEPT;
      }
      const about = { device, action: 'propertyControlSend', dataID: Object.keys(params).join(',') } as const;
      if (request.isAsync && !device.isOnline) throw sender.offline(about);

      const { msgToken, answer } = await sender.send({
        ...about,
        content: JSON.stringify(params),
        user: call.user,
        body: { kind: 'thing', type: 'property', message: { method: 'control', params } },
        timeoutMs: request.isAsync ? BACKGROUND_TIMEOUT_MS : timeoutOf(request.syncTimeout, call, now()),
      });
      if (request.isAsync) {
        // Nobody waits: how it ends stands in its record.
        answer.catch(() => undefined);
        return { code: Code.ok, msg: '', msgToken };
      }
      try {
        const { code, msg } = await answer;
        return { code, msg, msgToken };
      } catch (error) {
        const isOffline = error instanceof RpcError && error.code === Code.deviceOffline;
        if (way !== ShadowControl.auto || !isOffline) throw error;
        await waitingValues.keep(device.id, params);
        return KEPT;
      }
    },

    async propertyControlRead(request) {
      const { code, msg } = await readResult(context, request, 'propertyControlSend');
      return { code, msg, msgToken: request.msgToken };
    },
  };
};
