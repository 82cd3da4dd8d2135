/** Files of documents: YAML, of which JSON is a part; one document or several to a file. */
import { dirname, join, normalize } from 'node:path';
import { isMap, LineCounter, parseAllDocuments, type Document, type ParsedNode } from 'yaml';
import { OperatorError } from '../operator-error';
import type { PackedFile } from '../products/zip-archive';
import { textOf } from '../words/text-of';
import type { AnyKind } from './kind';
import { kinds } from './kinds';
import { inOrder } from './in-order';
import { titleOf, type Resource } from './resource';
import { faultsOf, placeOf, type Fault } from './schema-words';

/** Faults in one message: who has made one mistake everywhere sees that after some. */
const MAX_FAULTS = 20;

type YamlDocument = Document.Parsed<ParsedNode>;

/** A document that is read, and where its members stand. */
interface Placed {
  readonly file: string;
  readonly members: Record<string, unknown>;
  readonly lineOf: (path: Fault['path']) => number;
}

/** Reads a file that a document names, beside it, where it is not among those given. @throws {OperatorError} when it cannot */
export type ReadBeside = (path: string) => Promise<Uint8Array>;

/**
 * Reads files of documents.
 * @param files with names for people, which are also where the files that they name stand
 * @returns what they describe, in the order of dependence
 * @throws {OperatorError} naming file, line and member of everything that is wrong
 */
export const readDocuments = async (files: readonly PackedFile[], readBeside: ReadBeside): Promise<Resource[]> => {
  const faults: string[] = [];
  const given = new Map(files.map((file) => [normalize(file.name), file]));
  const read = new Map(files.map((file) => [file, documentsIn(file)]));
  // A thing model that a document names is no document itself.
  const named = new Set([...read.values()].flatMap(({ documents }) => documents.flatMap(besideNames)));
  const resources: Resource[] = [];
  for (const [{ name }, { documents, faults: found }] of read) {
    if (named.has(normalize(name))) continue;
    faults.push(...found);
    for (const placed of documents) {
      const resource = await resourceOf(placed, faults, async (path) => {
        return given.get(path) ?? { name: path, bytes: await readBeside(path) };
      });
      if (resource) resources.push(resource);
    }
  }
  faults.push(...twice(resources));
  if (faults.length > 0) throw failureOf(faults);
  if (resources.length === 0) throw new OperatorError('unusable', 'there is no document in what was given');
  return inOrder(resources);
};

const documentsIn = ({ name, bytes }: PackedFile): { documents: Placed[]; faults: string[] } => {
  const faults: string[] = [];
  const lines = new LineCounter();
  const documents = parseAllDocuments(textOf(name, bytes), { lineCounter: lines, prettyErrors: false });
  const yaml = 'empty' in documents ? [] : (documents as YamlDocument[]);
  const placed = yaml.flatMap((document): Placed[] => {
    const lineAt = (offset: number): number => lines.linePos(offset).line;
    for (const { pos, message } of [...document.errors, ...document.warnings]) {
      faults.push(`${name}:${lineAt(pos[0])}: ${message}`);
    }
    if (document.errors.length > 0 || !document.contents) return [];
    const start = lineAt(document.contents.range[0]);
    if (!isMap(document.contents)) {
      faults.push(`${name}:${start}: a document must be an object with a kind`);
      return [];
    }
    const lineOf = (path: Fault['path']): number => lineIn(document, path, lineAt) ?? start;
    try {
      return [{ file: name, members: document.toJS() as Placed['members'], lineOf }];
    } catch (error) {
      // Aliases of aliases, that would fill the memory.
      faults.push(`${name}:${start}: ${(error as Error).message}`);
      return [];
    }
  });
  return { documents: placed, faults };
};

const kindOf = ({ kind: name }: Placed['members']): AnyKind | undefined => kinds.find((each) => each.name === name);

/** The paths of the files that a document names. */
const besideNames = ({ file, members }: Placed): string[] => {
  const names = members[kindOf(members)?.beside?.files ?? ''];
  return Array.isArray(names) ? names.map((name) => join(dirname(file), String(name))) : [];
};

/** The line of a member; where it is missing, that of what should have it. */
const lineIn = (document: YamlDocument, path: Fault['path'], lineAt: (offset: number) => number) => {
  for (let length = path.length; length > 0; length--) {
    const holder = document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    // The key of a pair comes first: the value may begin on a line below it.
    const key = isMap(holder) ? holder.items.find((item) => String(item.key) === String(last))?.key : undefined;
    const node = (key ?? document.getIn(path.slice(0, length), true)) as ParsedNode | undefined;
    if (node?.range) return lineAt(node.range[0]);
  }
  return undefined;
};

const resourceOf = async (
  placed: Placed,
  faults: string[],
  open: (path: string) => Promise<PackedFile>,
): Promise<Resource | undefined> => {
  const { file, members, lineOf } = placed;
  const { kind: name, ...rest } = members;
  const where = `${file}:${lineOf([])}`;
  const kind = kindOf(members);
  const fault = (path: Fault['path'], message: string) =>
    faults.push(`${file}:${lineOf(path)}: ${placeOf(path)}${path.length > 0 ? ' ' : ''}${message}`);
  if (!kind) {
    const names = kinds.map((each) => each.name).join(', ');
    fault(['kind'], name === undefined ? `is missing; there are ${names}` : `must be one of ${names}`);
    return undefined;
  }
  try {
    await bringIn(kind, rest, besideNames(placed), open);
  } catch (error) {
    fault([kind.beside?.files ?? ''], (error as Error).message);
    return undefined;
  }
  const parsed = kind.schema.safeParse(rest, { reportInput: true });
  if (!parsed.success) {
    for (const { path, message } of faultsOf(parsed.error, Object.keys(kind.schema.shape))) fault(path, message);
    return undefined;
  }
  try {
    return { kind, spec: normalOf(kind, parsed.data), where };
  } catch (error) {
    fault([], (error as Error).message);
    return undefined;
  }
};

/** Puts the member that files beside the document make in the place of their names. */
const bringIn = async (
  { beside }: AnyKind,
  members: Record<string, unknown>,
  paths: readonly string[],
  open: (path: string) => Promise<PackedFile>,
): Promise<void> => {
  if (!beside || paths.length === 0) return;
  if (beside.member in members) throw new Error(`and ${beside.member} say the same: leave one of them`);
  members[beside.member] = beside.read(await Promise.all(paths.map(open)));
  delete members[beside.files];
};

const normalOf = ({ normal }: AnyKind, spec: object): object => (normal ? normal(spec) : spec);

/** Two documents of one resource would undo each other. */
const twice = (resources: readonly Resource[]): string[] => {
  const seen = new Map<string, string>();
  return resources.flatMap((resource) => {
    const title = titleOf(resource);
    const before = seen.get(title);
    if (before !== undefined) return [`${resource.where}: ${title} stands in ${before} already`];
    seen.set(title, resource.where);
    return [];
  });
};

const failureOf = (faults: readonly string[]): OperatorError => {
  const [only] = faults;
  if (faults.length === 1 && only !== undefined) return new OperatorError('unusable', only);
  const more = faults.length > MAX_FAULTS ? [`and ${faults.length - MAX_FAULTS} more`] : [];
  return new OperatorError('unusable', `${faults.length} faults:`, {
    lines: [...faults.slice(0, MAX_FAULTS), ...more],
  });
};
