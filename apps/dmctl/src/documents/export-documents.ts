import { exportPlatform, filesOfExport, writeDocuments } from '@alink/operator/resources';
import { dirname, join } from 'node:path';
import { CliError, ExitCode } from '../exit-code';
import type { Session } from '../session';

export interface ExportOptions {
  readonly product: readonly string[];
  readonly purpose: readonly string[];
  readonly devices?: boolean;
}

export const exportDocuments = async (
  session: Session,
  { product: productKeys, purpose: purposes, devices = false }: ExportOptions,
  folder?: string,
): Promise<void> => {
  const { io, out } = session;
  const described = await exportPlatform(session, { productKeys, purposes, devices }, out);
  if (folder === undefined) {
    if (!out.json) return out.text(writeDocuments(described));
    return out.document(described.map(({ kind, spec }) => ({ kind: kind.name, ...spec })));
  }
  const files = filesOfExport(described);
  try {
    const folders = new Set([folder, ...files.map(({ name }) => dirname(join(folder, name)))]);
    for (const each of folders) await io.createFolder(each);
    for (const { name, bytes } of files) await io.createFile(join(folder, name), bytes);
  } catch (error) {
    throw new CliError(ExitCode.usage, `cannot write ${folder}: ${(error as Error).message}`);
  }
  const names = files.map(({ name }) => name);
  out.done({ out: folder, files: names }, `wrote ${described.length} documents in ${names.length} files to ${folder}`);
};
