/** The commands of the first level. A module is loaded only when a command line may mean it: nobody needs all of them. */
import type { Command } from 'commander';
import type { Io } from './io';

export interface ListedCommand {
  /** As the help of the program shows it: the name, and what the command takes. */
  readonly usage: string;
  readonly description: string;
  /** Loads what gives the command its own commands, or its options and its action. */
  readonly load: () => Promise<(command: Command, io: Io) => void>;
}

export const commandList: readonly ListedCommand[] = [
  {
    usage: 'product',
    description: 'products and their thing models',
    load: async () => (await import('./commands/product')).addProductCommands,
  },
  {
    usage: 'device',
    description: 'devices and how they connect',
    load: async () => (await import('./commands/device')).addDeviceCommands,
  },
  {
    usage: 'cert',
    description: 'certificates that devices prove themselves with (X.509)',
    load: async () => (await import('./commands/cert')).addCertCommands,
  },
  {
    usage: 'property',
    description: 'what devices report, and what they are told to be',
    load: async () => (await import('./commands/property')).addPropertyCommands,
  },
  {
    usage: 'desired',
    description: 'what properties of devices shall be, whether they are online or not',
    load: async () => (await import('./commands/desired')).addDesiredCommands,
  },
  {
    usage: 'event',
    description: 'events that devices reported',
    load: async () => (await import('./commands/event')).addEventCommands,
  },
  {
    usage: 'service',
    description: 'services of devices',
    load: async () => (await import('./commands/service')).addServiceCommands,
  },
  {
    usage: 'log [options] <productKey> <deviceName>',
    description: 'show what happened between the node and a device: connects, refusals, messages, each with its cause',
    load: async () => (await import('./commands/log')).completeLogCommand,
  },
  {
    usage: 'watch [productKey] [deviceName]',
    description: 'follow what happens between nodes and devices, until Ctrl-C',
    load: async () => (await import('./commands/watch')).completeWatchCommand,
  },
  {
    usage: 'job',
    description: 'timed and delayed jobs, which publish on NATS',
    load: async () => (await import('./commands/job')).addJobCommands,
  },
  {
    usage: 'audit [options] [productKey] [deviceName]',
    description: 'show who changed what: products, devices, secrets, tokens, certificates; newest first',
    load: async () => (await import('./commands/audit')).completeAuditCommand,
  },
  {
    usage: 'secrets',
    description: 'the secrets of devices and products at rest',
    load: async () => (await import('./commands/secrets')).addSecretsCommands,
  },
  {
    usage: 'status',
    description: 'show the services, their health, and the nodes with their protocols; exit code 0 when all is well',
    load: async () => (await import('./commands/status')).completeStatusCommand,
  },
];

/** The word that a command line names it with. */
export const nameOf = ({ usage }: ListedCommand): string => usage.split(' ')[0]!;
