import type { Command } from 'commander';
import type { ApplyOptions } from '../documents/apply-documents';
import { withDocumentOptions } from '../documents/document-options';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';

export const completeApplyCommand = (apply: Command, io: Io): void => {
  withExample(
    withDocumentOptions(apply)
      .option('--dry-run', 'only say what would be done')
      .option('--diff', 'also show what is changed, as "dmctl diff" does')
      .action(
        inSession(io, async (session, options: ApplyOptions) => {
          const { applyDocuments } = await import('../documents/apply-documents');
          await applyDocuments(session, options);
        }),
      ),
    'apply -f platform/ --dry-run --diff',
    'apply -f platform/',
  );
};
