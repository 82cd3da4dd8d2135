import { createTwoFilesPatch } from 'diff';
import type { Step } from './plan';
import { titleOf } from './resource';
import { writeMembers } from './write-documents';

/** Lines around a change. */
const CONTEXT = 3;

/** How a resource differs from its document: unified, from what is there to what is wanted; empty where it does not. */
export const differenceOf = (step: Step): string => {
  if (step.verb === 'keep') return '';
  const title = titleOf(step.resource);
  const [before, after] = [step.before ? writeMembers(step.before) : '', writeMembers(step.after)];
  const from = step.before ? title : '/dev/null';
  const patch = createTwoFilesPatch(from, `${title} (${step.resource.where})`, before, after, '', '', {
    context: CONTEXT,
  });
  // Without the line that stands for the name of a file.
  return patch.replace(/^=+\n/, '');
};
