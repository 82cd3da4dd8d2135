/** A protocol and its node instances on the wire and in the database. */
import { ServiceStatus, valuesOf, YesNo, type services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import { choice, plainText, requireProtocolCode, requireText } from '../../wire/fields';
import type { RequestOf, ResponseOf } from '../../wire/messages';
import { unixSeconds } from '../../wire/times';

type ProtocolManage = typeof services.protocolManage;
export type ProtocolInput = RequestOf<ProtocolManage, 'protocolInfoCreate'>;
type ProtocolOutput = ResponseOf<ProtocolManage, 'protocolInfoRead'>;
type ServiceOutput = NonNullable<ResponseOf<ProtocolManage, 'protocolServiceIndex'>['list']>[number];
type ProtocolRow = Prisma.ProtocolInfoGetPayload<object>;
type ServiceRow = Prisma.ProtocolServiceGetPayload<object>;

const LISTS = ['configFields', 'configInfos', 'productFields', 'deviceFields'] as const;
const { running, stopped } = ServiceStatus;

/** A node says every minute that it runs; after three of them without a word it does not. */
const SILENCE_MS = 180_000;

const listsOf = (info: ProtocolInput, onlySet: boolean) =>
  Object.fromEntries(
    LISTS.filter((key) => !onlySet || info[key].length > 0).map((key) => [key, JSON.parse(JSON.stringify(info[key]))]),
  ) as Partial<Record<(typeof LISTS)[number], Prisma.InputJsonArray>>;

export const newProtocolRow = (info: ProtocolInput): Prisma.ProtocolInfoCreateInput => ({
  code: requireProtocolCode('code', info.code),
  name: requireText('name', info.name),
  type: plainText('type', info.type, 64) || 'normal',
  transProtocol: plainText('transProtocol', info.transProtocol, 64) || 'mqtt',
  desc: plainText('desc', info.desc, 4096),
  endpoints: info.endpoints,
  etcdKey: plainText('etcdKey', info.etcdKey, 128),
  isEnableSyncProduct: choice('isEnableSyncProduct', info.isEnableSyncProduct, valuesOf(YesNo), 2),
  isEnableSyncDevice: choice('isEnableSyncDevice', info.isEnableSyncDevice, valuesOf(YesNo), 2),
  ...listsOf(info, false),
});

/**
 * What is taken over where a protocol that exists is announced again, as unitedrhino's dm does it. Its configurations are
 * the operator's; how it is carried, and what its devices need, stay as they were first announced.
 */
export const announcedProtocolRow = ({
  name,
  desc,
  endpoints,
  etcdKey,
  isEnableSyncProduct,
  isEnableSyncDevice,
  configFields,
  productFields,
}: Prisma.ProtocolInfoCreateInput): Prisma.ProtocolInfoUpdateInput => ({
  name,
  desc,
  endpoints,
  etcdKey,
  isEnableSyncProduct,
  isEnableSyncDevice,
  configFields,
  productFields,
});

/** The configurations that are in force, as gateways of the protocol are told them. */
export const configsOf = ({ configInfos }: ProtocolRow): Record<string, string>[] =>
  (configInfos as unknown as { readonly config: Record<string, string> }[]).map(({ config }) => config);

/** What an update changes: only what is set. */
export const changedProtocolRow = (info: ProtocolInput, row: ProtocolRow): Prisma.ProtocolInfoUpdateInput => ({
  ...(info.name && { name: requireText('name', info.name) }),
  ...(info.type && { type: plainText('type', info.type, 64) }),
  ...(info.transProtocol && { transProtocol: plainText('transProtocol', info.transProtocol, 64) }),
  ...(info.desc && { desc: plainText('desc', info.desc, 4096) }),
  ...(info.endpoints.length > 0 && { endpoints: info.endpoints }),
  ...(info.etcdKey && { etcdKey: plainText('etcdKey', info.etcdKey, 128) }),
  isEnableSyncProduct: choice(
    'isEnableSyncProduct',
    info.isEnableSyncProduct,
    valuesOf(YesNo),
    row.isEnableSyncProduct,
  ),
  isEnableSyncDevice: choice('isEnableSyncDevice', info.isEnableSyncDevice, valuesOf(YesNo), row.isEnableSyncDevice),
  ...listsOf(info, true),
});

export const protocolInfo = ({ id, createdAt: _c, updatedAt: _u, ...row }: ProtocolRow): ProtocolOutput => ({
  ...row,
  id: id.toString(),
  configFields: row.configFields as never,
  configInfos: row.configInfos as never,
  productFields: row.productFields as never,
  deviceFields: row.deviceFields as never,
});

/** @param nowMs unix milliseconds: an instance that has been silent for three minutes counts as stopped */
export const protocolService = ({ id, createdAt, updatedAt, ...row }: ServiceRow, nowMs: number): ServiceOutput => ({
  ...row,
  id: id.toString(),
  status: row.status === running && nowMs - updatedAt.getTime() <= SILENCE_MS ? running : stopped,
  createdTime: unixSeconds(createdAt),
  updatedTime: unixSeconds(updatedAt),
});
