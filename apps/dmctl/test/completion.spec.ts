/** Completion, by the shells themselves. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeFolder, temporaryFolder } from '@alink/testing';
import { runCli } from './run-cli';

const folder = temporaryFolder('completion');
const zshHarness = fileURLToPath(new URL('zsh-complete.zsh', import.meta.url));
const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

beforeAll(async () => {
  mkdirSync(join(folder, 'models'));
  for (const name of ['model.json', 'my model.json', 'triples.csv']) writeFileSync(join(folder, name), '');
  for (const shell of shells) {
    const { code, stdout, stderr } = await runCli(['completion', shell]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    writeFileSync(join(folder, `dmctl.${shell}`), stdout);
  }
});
afterAll(() => removeFolder(folder));

const isThere = (shell: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${shell}`]);
    return true;
  } catch {
    return false;
  }
};
const run = (program: string, args: readonly string[]): string =>
  execFileSync(program, args, { cwd: folder, encoding: 'utf8' });

/** bash asks the function about the words of the line, which it takes apart at spaces and at "=". */
const bash = `
  source dmctl.bash
  read -ra COMP_WORDS <<< "\${1//=/ = }"
  [[ $1 == *' ' || $1 == *= ]] && COMP_WORDS+=('')
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
  _dmctl
  printf '%s\\n' "\${COMPREPLY[@]}"`;

/** What a shell offers at the end of a line. */
const offered: Record<Shell, (line: string) => string> = {
  bash: (line) => run('bash', ['--norc', '-c', bash, 'bash', line]),
  zsh: (line) => run('zsh', ['-f', zshHarness, join(folder, 'dmctl.zsh'), line]),
  fish: (line) => run('fish', ['--no-config', '-c', `source dmctl.fish; complete -C "${line}"`]),
};

describe.each(shells)('%s', (shell) => {
  // bash is on every machine that this runs on; where another shell is missing, there is nobody to ask.
  const check = shell === 'bash' || isThere(shell) ? test : test.skip;
  const skipped = check === test.skip ? ` (${shell} is not installed)` : '';
  const offers = (line: string): string[] => {
    const words = offered[shell](line)
      .split('\n')
      // fish has descriptions behind a tab, and a slash behind folders as others have not.
      .map((each) => each.split('\t')[0]!.replace(/\/$/, ''))
      .filter((word) => word !== '');
    return [...new Set(words)].sort();
  };

  check(`commands, of dmctl and of a group${skipped}`, () => {
    expect(offers('dmctl ')).toEqual(expect.arrayContaining(['apply', 'completion', 'device', 'product', 'status']));
    expect(offers('dmctl stat')).toEqual(['status']);
    expect(offers('dmctl product import-')).toEqual(['import-tsl']);
    expect(offers('dmctl --json --endpoint product device conn')).toEqual(['connect-params']);
  });

  check(`options, those of the command and those of all${skipped}`, () => {
    expect(offers('dmctl product create p --ts')).toEqual(['--tsl']);
    expect(offers('dmctl status --endp')).toEqual(['--endpoint']);
    expect(offers('dmctl device list --hel')).toEqual(['--help']);
  });

  check(`the words that an option or an argument is one of${skipped}`, () => {
    expect(offers('dmctl product create --device-type ')).toEqual(['device', 'gateway', 'sub-device']);
    expect(offers('dmctl product create p --name x --device-type=ga').map((word) => word.replace(/.*=/, ''))).toEqual([
      'gateway',
    ]);
    expect(offers('dmctl completion ')).toEqual([...shells].sort());
  });

  check(`files where one is taken, and nothing where nobody knows${skipped}`, () => {
    expect(offers('dmctl apply --filename mod').map((name) => name.replace('\\', ''))).toEqual([
      'model.json',
      'models',
    ]);
    expect(offers('dmctl device import tri')).toEqual(['triples.csv']);
    expect(offers('dmctl product import-tsl p model.json mod')).toEqual(['model.json', 'models']);
    expect(offers('dmctl export mod')).toEqual(['models']);
    expect(offers('dmctl product create ')).toEqual([]);
    expect(offers('dmctl product create --name mod')).toEqual([]);
  });
});

test('bash offers a file with a space in its name as one word', () => {
  expect(offered.bash('dmctl device import my').trim()).toBe('my model.json');
});

test('another shell is refused', async () => {
  expect(await runCli(['completion', 'tcsh'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Allowed choices are bash, zsh, fish'),
  });
});
