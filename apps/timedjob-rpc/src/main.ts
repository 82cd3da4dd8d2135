import { loadConfig, runMain } from '@alink/runtime';
import { startApart } from './apart';
import { timedjobSchema } from './config';

void runMain({ name: 'timedjob-rpc', load: () => loadConfig(timedjobSchema, process.env), start: startApart });
