// The documents for people: their links lead somewhere, nothing is left unlinked, both languages show the same commands.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const read = (file) => readFileSync(join(root, file), 'utf8');
const markdownBelow = (folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .filter((name) => name.endsWith('.md') && !name.includes('generated'))
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')));

const documents = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...markdownBelow('docs'),
  ...markdownBelow('examples'),
].sort();

const withoutCode = (text) => text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');

/** Links to other files of the repository: the file, seen from the root, and the chapter where one is named. */
const linksOf = (document) =>
  [...withoutCode(read(document)).matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(([, target, chapter]) => ({
    file: target === '' ? document : posix.join(posix.dirname(document), target),
    chapter: chapter && decodeURIComponent(chapter),
  }));

/** The names under which GitHub lets one link to the chapters of a document. */
const chaptersOf = (document) =>
  [
    ...read(document)
      .replace(/^```[\s\S]*?^```/gm, '')
      .matchAll(/^#+ (.+)$/gm),
  ].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

test.each(documents)('%s: links lead to files and chapters', (document) => {
  for (const { file, chapter } of linksOf(document)) {
    expect([file, existsSync(join(root, file))]).toEqual([file, true]);
    if (chapter) expect(chaptersOf(file)).toContain(chapter);
  }
});

test('every document is reached from the README', () => {
  const reached = new Set(['README.md']);
  for (const document of reached) {
    for (const { file } of linksOf(document)) {
      // A link to a folder shows the folder's README.
      const shown =
        existsSync(join(root, file)) && statSync(join(root, file)).isDirectory() ? `${file}/README.md` : file;
      if (shown.endsWith('.md') && existsSync(join(root, shown))) reached.add(posix.normalize(shown));
    }
  }
  expect([...reached].sort()).toEqual(documents);
});

const translations = documents
  .filter((document) => document.startsWith('docs/zh-CN/'))
  .map((chinese) => [chinese.replace('zh-CN/', ''), chinese])
  .filter(([english]) => documents.includes(english));

test.each([['README.md', 'README.zh-CN.md'], ...translations])(
  '%s and %s show the same commands',
  (english, chinese) => {
    const blocks = (file) => [...read(file).matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].map(([, , code]) => code);
    const withoutRemarks = (code) => code.replace(/ +(#|\/\/) .*$/gm, '');
    expect(blocks(chinese).map(withoutRemarks)).toEqual(blocks(english).map(withoutRemarks));
  },
);
