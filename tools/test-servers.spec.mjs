import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { installerFor, isOnPath, searchPath } from './test-servers.mjs';

describe('installer', () => {
  const packages = { apt: ['etcd-server', 'nats-server'], brew: ['etcd', 'nats-server'] };
  const machine = (isRoot, isTerminal, ...commands) => ({
    isRoot,
    isTerminal,
    has: (command) => commands.includes(command),
  });
  const apt = ['sh', expect.stringMatching(/tools\/apt-install\.sh$/), 'etcd-server', 'nats-server'];

  test.each([
    ['root on Debian', machine(true, false, 'apt-get'), apt],
    ['root on Debian with sudo', machine(true, false, 'apt-get', 'sudo'), apt],
    ['a user who can type a password', machine(false, true, 'apt-get', 'sudo'), ['sudo', ...apt]],
    ['a user without a terminal', machine(false, false, 'apt-get', 'sudo'), ['sudo', '-n', ...apt]],
    ['a user without sudo', machine(false, true, 'apt-get'), undefined],
    ['macOS', machine(false, true, 'brew'), ['brew', 'install', 'etcd', 'nats-server']],
    ['a system with neither', machine(true, true), undefined],
  ])('%s', (_name, where, expected) => {
    expect(installerFor(packages, where)).toEqual(expected);
  });
});

describe('PATH', () => {
  test('gains the folders of servers behind its own', () => {
    const folders = searchPath(['/my/bin', '/usr/sbin'].join(delimiter)).split(delimiter);
    expect(folders.slice(0, 2)).toEqual(['/my/bin', '/usr/sbin']);
    expect(folders).toContain('/usr/local/sbin');
    expect(new Set(folders).size).toBe(folders.length);
  });

  test('finds a command only where it can be run', () => {
    const folder = mkdtempSync(join(tmpdir(), 'alink-path-'));
    try {
      writeFileSync(join(folder, 'tool'), '#!/bin/sh\n');
      chmodSync(join(folder, 'tool'), 0o644);
      expect(isOnPath('tool', folder)).toBe(false);
      chmodSync(join(folder, 'tool'), 0o755);
      expect(isOnPath('tool', folder)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
