/** The commands of the first level. A module is loaded only when a command line may mean it: nobody needs all of them. */
import type { ListedCommand } from './listed-command';

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
    usage: 'gateway',
    description: 'gateway devices and the sub-devices that are attached to them',
    load: async () => (await import('./commands/gateway')).addGatewayCommands,
  },
  {
    usage: 'group',
    description: 'groups of devices',
    load: async () => (await import('./commands/group')).addGroupCommands,
  },
  {
    usage: 'category',
    description: 'categories of products',
    load: async () => (await import('./commands/category')).addCategoryCommands,
  },
  {
    usage: 'definition',
    description: 'definitions that thing models of several products share',
    load: async () => (await import('./commands/definition')).addDefinitionCommands,
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
    usage: 'shadow',
    description: 'shadows of devices: what they say that they are, and what they shall be',
    load: async () => (await import('./commands/shadow')).addShadowCommands,
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
    usage: 'apply [options]',
    description: 'make the platform as files describe it: products, thing models, topics, devices; again and again',
    load: async () => (await import('./commands/apply')).completeApplyCommand,
  },
  {
    usage: 'diff [options]',
    description: 'show how the platform differs from files; exit code 0 when it does not, 1 when it does',
    load: async () => (await import('./commands/diff')).completeDiffCommand,
  },
  {
    usage: 'export [options] [folder]',
    description: 'write files that describe the platform, as "apply" takes them',
    load: async () => (await import('./commands/export')).completeExportCommand,
  },
  {
    usage: 'config',
    description: 'what devices are configured with: versions, and telling devices of them',
    load: async () => (await import('./commands/config')).addConfigCommands,
  },
  {
    usage: 'topic',
    description: 'custom topics of products',
    load: async () => (await import('./commands/topic')).addTopicCommands,
  },
  {
    usage: 'forward',
    description: 'custom messages that go on to other devices',
    load: async () => (await import('./commands/forward')).addForwardCommands,
  },
  {
    usage: 'rrpc [options] <productKey> <deviceName> [payload]',
    description: 'call a device with bytes of its own, and wait for the bytes that it answers (RRPC)',
    load: async () => (await import('./commands/rrpc')).completeRrpcCommand,
  },
  {
    usage: 'broadcast [options] <productKey> [payload]',
    description:
      'send one message to all devices of a product that are online, or to those that have subscribed a topic',
    load: async () => (await import('./commands/broadcast')).completeBroadcastCommand,
  },
  {
    usage: 'device-job',
    description: 'what devices are to do, and how far they have come',
    load: async () => (await import('./commands/device-job')).addDeviceJobCommands,
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
    usage: 'simulate [options] <productKey>',
    description: 'play any number of devices of a product: they connect, report, answer, and come back',
    load: async () => (await import('./commands/simulate')).completeSimulateCommand,
  },
  {
    usage: 'job',
    description: 'timed and delayed jobs of the platform, which publish on NATS',
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
    usage: 'completion <shell>',
    description: 'print what completes command lines of dmctl in bash, zsh or fish',
    load: async () => (await import('./commands/completion')).completeCompletionCommand,
  },
  {
    usage: 'status',
    description: 'show the services, their health, and the nodes with their protocols; exit code 0 when all is well',
    load: async () => (await import('./commands/status')).completeStatusCommand,
  },
];
