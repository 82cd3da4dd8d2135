/** Who changed what: each change of devices, products and credentials leaves a line, written in its own transaction; so do files of secrets. */
import type { PrismaClient } from '@alink/db';
import type { CallContext } from '@alink/rpc';
import type { DeviceCore } from '../device-core';
import type { Transaction } from '../transaction';
import { actorOf } from './actor';

export type AuditAction =
  | 'product.create'
  | 'product.update'
  | 'product.delete'
  | 'product.rotateSecret'
  | 'product.custom'
  | 'product.export'
  | 'category.create'
  | 'category.update'
  | 'category.delete'
  | 'category.definitions'
  | 'definition.create'
  | 'definition.update'
  | 'definition.delete'
  | 'schema.create'
  | 'schema.update'
  | 'schema.delete'
  | 'schema.import'
  | 'device.create'
  | 'device.update'
  | 'device.delete'
  | 'device.move'
  | 'device.reset'
  | 'device.rotateSecret'
  | 'device.register'
  | 'desired.set'
  | 'desired.delete'
  | 'shadow.update'
  | 'shadow.delete'
  | 'group.create'
  | 'group.update'
  | 'group.delete'
  | 'group.addDevice'
  | 'group.removeDevice'
  | 'topology.add'
  | 'topology.remove'
  | 'profile.update'
  | 'profile.delete'
  | 'token.issue'
  | 'token.revoke'
  | 'certificate.register'
  | 'certificate.revoke'
  | 'config.set'
  | 'config.push'
  | 'secrets.rotateKey'
  | 'topic.create'
  | 'topic.update'
  | 'topic.delete'
  | 'topic.access'
  | 'topic.broadcast'
  | 'forward.create'
  | 'forward.update'
  | 'forward.delete'
  | 'job.create'
  | 'job.cancel'
  | 'job.remove';

/** Values that may be read by anyone who may read the log: never a secret. */
export type AuditDetail = Readonly<Record<string, unknown>>;

/** Notes a change for the log. @param about the product or device; absent for what concerns all of them */
export type Note = (action: AuditAction, about?: Partial<DeviceCore>, detail?: AuditDetail) => void;

interface Line {
  readonly action: AuditAction;
  readonly productID: string;
  readonly deviceName: string;
  readonly detail: string;
}

const MAX_TEXT = 256;
const MAX_DETAIL = 4096;

/** PostgreSQL keeps no U+0000 in a text. */
const clean = (text: string, maxLength: number): string => text.slice(0, maxLength).replaceAll('\0', '');

export class AuditLog {
  constructor(
    private readonly prisma: PrismaClient,
    /** Unix milliseconds. */
    private readonly now: () => number,
  ) {}

  /**
   * Runs `work` in a transaction, at the end of which everything that it noted is written. When it fails, neither the
   * change nor its line is there.
   */
  transact<T>(call: CallContext, work: (tx: Transaction, note: Note) => Promise<T>): Promise<T> {
    return this.prisma.$transaction(async (tx) => {
      const lines: Line[] = [];
      const result = await work(tx, (action, { productID = '', deviceName = '' } = {}, detail) => {
        lines.push({ action, productID, deviceName, detail: detail ? clean(JSON.stringify(detail), MAX_DETAIL) : '' });
      });
      if (lines.length > 0) await this.write(tx, call, lines);
      return result;
    });
  }

  /** One statement, whatever the number of lines. */
  private async write(tx: Transaction, call: CallContext, lines: readonly Line[]): Promise<void> {
    const column = (key: keyof Line): string[] => lines.map((line) => line[key]);
    await tx.$executeRaw`
      INSERT INTO audit_log (timestamp, actor, peer, action, product_id, device_name, detail)
      SELECT ${this.now()}::bigint, ${clean(actorOf(call), MAX_TEXT)}, ${clean(call.peer, MAX_TEXT)}, u.* FROM unnest(
        ${column('action')}::text[], ${column('productID')}::text[], ${column('deviceName')}::text[],
        ${column('detail')}::text[]) AS u`;
  }
}
