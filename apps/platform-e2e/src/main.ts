/**
 * The benchmarks: `npm run bench` starts it without arguments, `npm run bench -- reconnect [devices]` with one; the first starts its
 * reference with `bare-aedes <port>`.
 */
import { runBareAedes } from './bench/bare-aedes';
import { runReconnect } from './bench/reconnect';
import { runBench } from './bench/run';

const [mode, argument] = process.argv.slice(2);
if (mode === 'bare-aedes') await runBareAedes(Number(argument));
else if (mode === 'reconnect') await runReconnect(argument === undefined ? undefined : Number(argument));
else await runBench();
