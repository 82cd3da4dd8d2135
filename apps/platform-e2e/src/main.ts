/**
 * The benchmarks: `npm run bench` starts it without arguments, `npm run bench -- reconnect [devices]` with one; the first starts its
 * reference with `bare-aedes <port>`, the second its devices with `fleet-member`.
 */
import { runBareAedes } from './bench/bare-aedes';
import { runFleetMember } from './bench/fleet-member';
import { runReconnect } from './bench/reconnect';
import { runBench } from './bench/run';

const [mode, argument] = process.argv.slice(2);
if (mode === 'bare-aedes') await runBareAedes(Number(argument));
else if (mode === 'fleet-member') runFleetMember();
else if (mode === 'reconnect') await runReconnect(argument === undefined ? undefined : Number(argument));
else await runBench();
