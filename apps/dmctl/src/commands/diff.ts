import type { Command } from 'commander';
import { withDocumentOptions, type DocumentOptions } from '../documents/document-options';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';

export const completeDiffCommand = (diff: Command, io: Io): void => {
  withExample(
    withDocumentOptions(diff).action(
      inSession(io, async (session, options: DocumentOptions) => {
        const { showDifferences } = await import('../documents/show-differences');
        await showDifferences(session, options);
      }),
    ),
    'diff -f platform/',
  );
};
