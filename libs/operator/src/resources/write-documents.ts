/** Documents as YAML. */
import { stringify } from 'yaml';
import type { Resource } from './resource';

/** Lines are not broken where they are long: who compares two versions wants a member on a line. */
const STYLE = { lineWidth: 0 } as const;

/** The members of a resource, in the order of its kind. */
export const writeMembers = (spec: object): string => stringify(spec, STYLE);

/** A file of documents that `readDocuments` reads back. */
export const writeDocuments = (resources: readonly Pick<Resource, 'kind' | 'spec'>[]): string =>
  resources
    .map(({ kind, spec }) => {
      const members = Object.keys(kind.schema.shape).filter((key) => key in spec);
      const ordered = Object.fromEntries(members.map((key) => [key, spec[key as keyof typeof spec]]));
      return stringify({ kind: kind.name, ...ordered }, STYLE);
    })
    .join('---\n');
