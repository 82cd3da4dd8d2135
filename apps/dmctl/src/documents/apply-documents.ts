import { applySteps, differenceOf, titleOf, type Applied, type Step } from '@alink/operator/resources';
import type { Session } from '../session';
import type { DocumentOptions } from './document-options';
import { planDocuments } from './plan-documents';

export interface ApplyOptions extends DocumentOptions {
  readonly dryRun?: boolean;
  readonly diff?: boolean;
}

const verbs = {
  create: { done: 'created', planned: 'would create' },
  change: { done: 'changed', planned: 'would change' },
} as const;

/** @throws what ended it early, after what was done and what was not is told */
export const applyDocuments = async (session: Session, options: ApplyOptions): Promise<void> => {
  const { out } = session;
  const steps = await planDocuments(session, options);
  if (options.diff) for (const step of steps) out.text(differenceOf(step));
  const tell = ({ resource, verb }: Step, tense: 'done' | 'planned'): void => {
    if (verb !== 'keep') out.text(`${verbs[verb][tense]} ${titleOf(resource)}\n`);
  };
  if (options.dryRun) {
    for (const step of steps) tell(step, 'planned');
    return out.done({ dryRun: true, ...titlesOf(steps) }, summaryOf(steps, 'to create', 'to change'));
  }
  const applied = await applySteps(session, steps, options.prune ?? false, out, (step) => tell(step, 'done'));
  const { broken } = applied;
  if (broken) out.note(breakOf(applied));
  const told = [...applied.done, ...steps.filter(({ verb }) => verb === 'keep')];
  const failed = broken && titleOf(broken.step.resource);
  out.done({ dryRun: false, ...titlesOf(told), failed }, summaryOf(told, 'created', 'changed', failed));
  if (broken) throw broken.failure;
};

const titlesOf = (steps: readonly Step[]) => {
  const titles = (wanted: Step['verb']): string[] =>
    steps.filter(({ verb }) => verb === wanted).map(({ resource }) => titleOf(resource));
  return { created: titles('create'), changed: titles('change'), kept: titles('keep') };
};

const summaryOf = (steps: readonly Step[], createdWord: string, changedWord: string, failed?: string): string => {
  const { created, changed, kept } = titlesOf(steps);
  if (failed === undefined && kept.length === steps.length) return `nothing to change: ${kept.length} are as described`;
  const broken = failed === undefined ? '' : ', 1 broken off';
  return `${created.length} ${createdWord}, ${changed.length} ${changedWord}, ${kept.length} as described${broken}`;
};

const breakOf = ({ broken, left }: Applied): string => {
  const rest = left.length > 0 ? `, not begun: ${left.map(({ resource }) => titleOf(resource)).join(', ')}` : '';
  const { resource } = broken!.step;
  return `broken off at ${titleOf(resource)} (${resource.where})${rest}; the same command goes on from there`;
};
