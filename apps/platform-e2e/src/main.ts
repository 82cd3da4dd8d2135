/** The benchmark: `npm run bench` starts it without arguments; it starts its reference with `bare-aedes <port>`. */
import { runBareAedes } from './bench/bare-aedes';
import { runBench } from './bench/run';

const [mode, port] = process.argv.slice(2);
if (mode === 'bare-aedes') await runBareAedes(Number(port));
else await runBench();
