import { loadConfig, runMain } from '@alink/runtime';
import { startTimedjobApart } from './apart';
import { timedjobSchema } from './config';

void runMain({ name: 'timedjob-rpc', load: () => loadConfig(timedjobSchema, process.env), start: startTimedjobApart });
