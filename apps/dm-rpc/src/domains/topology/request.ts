/**
 * What gateway devices ask about their sub-devices. None of it is audited: the audit log says which person or service changed
 * what, and a gateway device does all of this again and again.
 */
import { topologyRefusals, type Question, type Reply, type SubDeviceRegistration } from '@alink/alink';
import { DeviceType, type Json } from '@alink/contract';
import { Turns } from '@alink/runtime';
import type { DeviceIdentity } from '@alink/signing';
import type { DmContext } from '../../context';
import { deviceKey } from '../../device-core';
import { distinct } from '../../distinct';
import { isListOf, isObject, isText } from '../../wire/shape';
import { DISABLED, NO_DEVICE, type Answerer, type Answerers } from '../answerer';
import { readAskers, type Asker } from './askers';
import { keepFound } from './found-report';
import { namedDevices } from './identities';
import { registrations } from './registration';
import { topologiesOf } from './read-topology';
import { bind, unbind, type Objection, type Refused } from './store';
import { unregister } from './unregistering';

/** Devices in a question, beyond all that Alink has in a message. */
const MAX_DEVICES = 1000;
/** Gateway devices whose questions are answered at once, each in a transaction of its own. */
const AT_ONCE = 4;

const isIdentity = (value: unknown): boolean =>
  isObject(value) &&
  isText((value as Partial<DeviceIdentity>).productKey) &&
  isText((value as Partial<DeviceIdentity>).deviceName);

const isList = isListOf(isIdentity);
const isSomeOf = (value: unknown): boolean =>
  isList(value) && (value as unknown[]).length > 0 && (value as unknown[]).length <= MAX_DEVICES;

const replies: Readonly<Record<Objection, Reply>> = {
  noGateway: NO_DEVICE,
  isSubDevice: topologyRefusals.hasNoSubDevices,
  tooMany: { code: 6400 },
  itself: { code: 6402 },
  unknown: NO_DEVICE,
  isGateway: topologyRefusals.isGateway,
  disabled: DISABLED,
  notAttached: { code: 6401 },
};

const namesOf = ({ productKey, deviceName }: DeviceIdentity) => ({ productKey, deviceName });

/** Names only, and each once. */
const distinctNames = (devices: readonly DeviceIdentity[]): DeviceIdentity[] =>
  distinct(devices.map(namesOf), ({ productKey, deviceName }) => `${productKey}/${deviceName}`);

const listOf = (devices: readonly DeviceIdentity[]): Json => devices.map(namesOf);

/** Members that are absent are no members in JSON. */
const registrationData = ({ registered, refused }: SubDeviceRegistration): Json => ({
  registered: registered.map((device) => ({ ...device })),
  refused: refused.map(({ message, ...device }) => (message === undefined ? device : { ...device, message })),
});

/** A question about devices. */
type Listing = Extract<Question, { readonly devices: readonly DeviceIdentity[] }>;

export const topologyAnswerers = (context: DmContext): Answerers => {
  const { prisma, changes, topologyNotices, subDevicesPerGateway: limit, log } = context;
  const turns = new Turns({ atOnce: AT_ONCE });
  const register = registrations(context);

  /** Answers each question by itself: what one gateway device asks is neither undone nor delayed by another's. */
  const each = <Q extends Listing>(
    answer: (asker: Asker, devices: readonly DeviceIdentity[], question: Q) => Promise<Reply>,
  ): Answerer<Q> => ({
    needs: { devices: isSomeOf },
    async answer(asked) {
      const askers = await readAskers(
        prisma,
        asked.map(({ device }) => device),
      );
      return Promise.all(
        asked.map(async ({ device, question }): Promise<Reply> => {
          const asker = askers.get(deviceKey(device));
          if (!asker) return NO_DEVICE;
          if (!asker.isEnable) return DISABLED;
          try {
            return await turns.take(() => answer(asker, distinctNames(question.devices), question));
          } catch (err) {
            log.error({ err, ...device, kind: question.kind }, 'a question about sub-devices could not be answered');
            return { code: 500 };
          }
        }),
      );
    },
  });

  const firstOf = (refused: readonly Refused[]): Reply | undefined => refused[0] && replies[refused[0].why];

  return {
    'topology.register': each(async (asker, devices, { partial = false }) => {
      if (asker.deviceType !== DeviceType.gateway) return topologyRefusals.registersNothing;
      const registration = await register(asker, devices, partial);
      const data = registrationData(registration);
      const [first] = registration.refused;
      if (!first || partial) return { code: 200, data };
      return { code: first.code, ...(first.message !== undefined && { message: first.message }), data };
    }),

    'topology.unregister': each(async (asker, devices) => {
      const named = await namedDevices(prisma, devices);
      if (!named) return NO_DEVICE;
      const { refused, detached, deleted } = await unregister(context, asker, named);
      const refusal = firstOf(refused);
      if (refusal) return refusal;
      await changes.devicesChanged(detached);
      for (const device of deleted) changes.deviceDeleted(device);
      if (deleted.length > 0) context.deletedDevices.clean();
      return { code: 200, data: {} };
    }),

    'topology.bind': each(async (asker, devices) => {
      const named = await namedDevices(prisma, devices);
      if (!named) return NO_DEVICE;
      const { refused, attached } = await prisma.$transaction((tx) => bind(tx, asker, named, { limit }));
      const refusal = firstOf(refused);
      if (refusal) return refusal;
      await changes.devicesChanged(attached);
      topologyNotices.moved(attached);
      return { code: 200, data: listOf(devices) };
    }),

    'topology.delete': each(async (asker, devices) => {
      const named = await namedDevices(prisma, devices);
      if (!named) return NO_DEVICE;
      const { refused, detached } = await prisma.$transaction((tx) => unbind(tx, asker, named));
      const refusal = firstOf(refused);
      if (refusal) return refusal;
      await changes.devicesChanged(detached);
      return { code: 200, data: listOf(devices) };
    }),

    'topology.get': {
      needs: {},
      async answer(asked) {
        const topologies = await topologiesOf(
          prisma,
          asked.map(({ device }) => device),
        );
        return topologies.map((topology): Reply => {
          if (!topology) return NO_DEVICE;
          return topology.isEnable ? { code: 200, data: listOf(topology.subDevices) } : DISABLED;
        });
      },
    },

    'topology.found': {
      ...each((asker, devices) => keepFound(context, asker, devices)),
      needs: { devices: (value) => isList(value) && (value as unknown[]).length <= MAX_DEVICES },
    },
  };
};
