import { differenceOf } from '@alink/operator/resources';
import { CliError, ExitCode } from '../exit-code';
import type { Session } from '../session';
import type { DocumentOptions } from './document-options';
import { planDocuments } from './plan-documents';

/** @throws {CliError} where there are differences, so that scripts see them */
export const showDifferences = async (session: Session, options: DocumentOptions): Promise<void> => {
  const { out } = session;
  const steps = await planDocuments(session, options);
  const differing = steps.filter(({ verb }) => verb !== 'keep');
  if (out.json) {
    const rows = steps.map((step) => ({
      kind: step.resource.kind.name,
      id: step.resource.kind.idOf(step.resource.spec),
      where: step.resource.where,
      verb: step.verb,
      diff: differenceOf(step),
    }));
    out.document(rows);
  } else for (const step of differing) out.text(differenceOf(step));
  if (differing.length > 0) {
    throw new CliError(ExitCode.refused, `${differing.length} of ${steps.length} differ from their documents`);
  }
  out.text(`no difference, ${steps.length} are as described\n`);
};
