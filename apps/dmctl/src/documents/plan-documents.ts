import { planOf, titleOf, type Step } from '@alink/operator/resources';
import type { Session } from '../session';
import type { DocumentOptions } from './document-options';
import { readGiven } from './read-given';

/** What the documents call for; what stays although they lack it is told on the side. */
export const planDocuments = async (
  session: Session,
  { filename, prune = false }: DocumentOptions,
): Promise<Step[]> => {
  const { io, out } = session;
  const steps = await planOf(session, await readGiven(io, filename), prune, out);
  for (const { resource, left } of steps) {
    if (left.length > 0) out.note(`${titleOf(resource)} also has ${left.join(', ')}; --prune deletes it`);
  }
  return steps;
};
