import { Argument, Command } from 'commander';
import { withExample } from '../example';
import { addGlobalOptions } from '../global-options';
import type { Io } from '../io';
import { nameOf, type ListedCommand } from '../listed-command';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

const afterHelp = `
To have it in every shell:
  bash  echo 'source <(dmctl completion bash)' >> ~/.bashrc
  zsh   dmctl completion zsh > "\${fpath[1]}/_dmctl", or: echo 'source <(dmctl completion zsh)' >> ~/.zshrc, behind compinit
  fish  dmctl completion fish > ~/.config/fish/completions/dmctl.fish`;

export const completeCompletionCommand = (command: Command, io: Io, all: readonly ListedCommand[]): void => {
  withExample(
    command
      .addArgument(new Argument('<shell>', 'for which shell').choices(shells))
      .addHelpText('after', afterHelp)
      .action(async (shell: Shell) => io.stdout(await completionFor(shell, await wholeProgram(io, all)))),
    'completion bash',
    'completion fish > ~/.config/fish/completions/dmctl.fish',
  );
};

/** dmctl with all its commands, of which a command line needs one. */
const wholeProgram = async (io: Io, all: readonly ListedCommand[]): Promise<Command> => {
  const program = addGlobalOptions(new Command('dmctl'));
  for (const listed of all) {
    const command = program.command(nameOf(listed)).description(listed.description);
    (await listed.load())(command, io, all);
  }
  return program;
};

const completionFor = async (shell: Shell, program: Command): Promise<string> => {
  const { commandTree } = await import('../completion/command-tree');
  const tree = commandTree(program);
  switch (shell) {
    case 'bash':
      return (await import('../completion/bash')).bashCompletion(tree);
    case 'zsh':
      return (await import('../completion/zsh')).zshCompletion(tree);
    case 'fish':
      return (await import('../completion/fish')).fishCompletion(tree);
  }
};
