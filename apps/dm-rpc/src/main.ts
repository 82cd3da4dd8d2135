import { loadConfig, runMain } from '@alink/runtime';
import { startDmApart } from './apart';
import { dmConfigSchema } from './config';

await runMain({ name: 'dm-rpc', load: () => loadConfig(dmConfigSchema, process.env), start: startDmApart });
