import { planOf, titleOf, type Step } from '@alink/operator/resources';
import { someOf } from '@alink/operator/words';
import type { Session } from '../session';
import type { DocumentOptions } from './document-options';
import { readGiven } from './read-given';

/** Names in one note. */
const MAX_NAMED = 20;

/** What the documents call for; what stays although they lack it is told on the side. */
export const planDocuments = async (
  session: Session,
  { filename, prune = false }: DocumentOptions,
): Promise<Step[]> => {
  const { io, out } = session;
  const steps = await planOf(session, await readGiven(io, filename), prune, out);
  for (const { resource, left } of steps) {
    if (left.length > 0) out.note(`${titleOf(resource)} also has ${someOf(left, MAX_NAMED)}; --prune deletes it`);
  }
  return steps;
};
