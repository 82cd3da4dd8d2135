import type { Command } from 'commander';
import type { ExportOptions } from '../documents/export-documents';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { collect } from '../parse-options';

export const completeExportCommand = (command: Command, io: Io): void => {
  withExample(
    command
      .argument('[folder]', 'new folder for the files; without it, all is printed as one YAML')
      .option('--product <productKey>', 'of this product only; may be given again', collect, [])
      .option('--purpose <purpose>', 'groups of this purpose too; may be given again', collect, [])
      .option('--devices', 'also the devices, without their secrets, and which groups they are in')
      .action(
        inSession(io, async (session, options: ExportOptions, folder?: string) => {
          const { exportDocuments } = await import('../documents/export-documents');
          await exportDocuments(session, options, folder);
        }),
      ),
    'export platform/',
    'export --product aliyun_test_01 > thermometer.yaml',
  );
};
