/** `dm.ProtocolManage`: the device protocols, and the node instances that serve them. */
import { ServiceStatus, valuesOf, type services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { badParameter, isUniqueViolation, notFound } from '../../wire/errors';
import { choice, requireText } from '../../wire/fields';
import { orderOf, pageOf } from '../../wire/paging';
import {
  announcedProtocolRow,
  changedProtocolRow,
  configsOf,
  newProtocolRow,
  protocolInfo,
  protocolService,
} from './protocol-record';

const PROTOCOL_SORT = { id: 'id', code: 'code', name: 'name', createdTime: 'createdAt' } as const;
const SERVICE_SORT = { id: 'id', code: 'code', ip: 'ip', port: 'port', updatedTime: 'updatedAt' } as const;

const requireID = (id: string): bigint => {
  if (id === '0') throw badParameter('id', 'must be set');
  return BigInt(id);
};

const requirePort = (port: string): number => {
  const number = Number(port);
  if (!(number >= 0 && number <= 65535)) throw badParameter('port', 'must be 0 to 65535');
  return number;
};

export const protocolManage = ({ prisma, changes, now }: DmContext): Handlers<typeof services.protocolManage> => {
  const find = async (where: { id: bigint } | { code: string }, what: string) => {
    const row = await prisma.protocolInfo.findUnique({ where });
    if (!row) throw notFound(what);
    return row;
  };

  return {
    /** Gateways announce their protocol with it at each start. */
    async protocolInfoCreate(info) {
      const data = newProtocolRow(info);
      try {
        const row = await prisma.protocolInfo.create({ data });
        changes.protocolChanged(row.code, configsOf(row));
        return { id: row.id.toString() };
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        const where = { code: data.code };
        const { id } = await prisma.protocolInfo.update({ where, data: announcedProtocolRow(data) });
        return { id: id.toString() };
      }
    },

    async protocolInfoUpdate(info) {
      const id = requireID(info.id);
      const row = await find({ id }, `protocol ${id}`);
      if (info.code && info.code !== row.code) throw badParameter('code', 'cannot be changed');
      const changed = await prisma.protocolInfo.update({ where: { id }, data: changedProtocolRow(info, row) });
      changes.protocolChanged(row.code, configsOf(changed));
      return {};
    },

    /** One that does not exist is deleted already. */
    async protocolInfoDelete({ id: text }) {
      const id = requireID(text);
      await prisma.$transaction(async (tx) => {
        const row = await tx.protocolInfo.findUnique({ where: { id } });
        if (!row) return;
        // The protocol first: whoever announces an instance of it at this moment holds it.
        await tx.protocolInfo.deleteMany({ where: { id } });
        await tx.protocolService.deleteMany({ where: { code: row.code } });
      });
      return {};
    },

    async protocolInfoRead({ id, code }) {
      if (id === '0' && code === '') throw badParameter('id', 'or code must be set');
      return protocolInfo(
        await (code ? find({ code }, `protocol ${code}`) : find({ id: BigInt(id) }, `protocol ${id}`)),
      );
    },

    async protocolInfoIndex(request) {
      const where = {
        ...(request.name && { name: { contains: request.name, mode: 'insensitive' as const } }),
        ...(request.type && { type: request.type }),
        ...(request.transProtocol && { transProtocol: request.transProtocol }),
        AND: [
          ...(request.code ? [{ code: request.code }] : []),
          ...(request.codes.length > 0 ? [{ code: { in: request.codes } }] : []),
          ...(request.notCodes.length > 0 ? [{ code: { notIn: request.notCodes } }] : []),
        ],
      };
      const orderBy = orderOf(request.page, PROTOCOL_SORT, [{ id: 'asc' }]);
      const [rows, total] = await Promise.all([
        prisma.protocolInfo.findMany({ where, ...pageOf(request.page), orderBy }),
        prisma.protocolInfo.count({ where }),
      ]);
      return { list: rows.map(protocolInfo), total };
    },

    async protocolServiceUpdate(service) {
      const instance = {
        code: requireText('code', service.code, 64),
        ip: requireText('ip', service.ip, 253),
        port: requirePort(service.port),
      };
      const status = choice('status', service.status, valuesOf(ServiceStatus), ServiceStatus.running);
      await prisma.$transaction(async (tx) => {
        const found = await tx.$queryRaw<unknown[]>`
          SELECT 1 FROM protocol_info WHERE code = ${instance.code} FOR KEY SHARE`;
        if (found.length === 0) throw notFound(`protocol ${instance.code}`);
        await tx.protocolService.upsert({
          where: { code_ip_port: instance },
          create: { ...instance, status },
          // Named, so that it changes also when nothing else does: it is the sign of life.
          update: { status, updatedAt: new Date(now()) },
        });
      });
      return {};
    },

    /** One that does not exist is deleted already. */
    async protocolServiceDelete({ id }) {
      await prisma.protocolService.deleteMany({ where: { id: requireID(id) } });
      return {};
    },

    async protocolServiceIndex(request) {
      const where = request.code ? { code: request.code } : {};
      const orderBy = orderOf(request.page, SERVICE_SORT, [{ id: 'asc' }]);
      const [rows, total] = await Promise.all([
        prisma.protocolService.findMany({ where, ...pageOf(request.page), orderBy }),
        prisma.protocolService.count({ where }),
      ]);
      return { list: rows.map((row) => protocolService(row, now())), total };
    },
  };
};
