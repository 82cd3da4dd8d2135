// Asks the app in this container whether it serves (gRPC health checking protocol); the exit code is the answer.
// usage: health.mjs <variable with the gRPC port> <default port>
import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { service } from 'grpc-health-check';

const [variable, fallback] = process.argv.slice(2);
const HealthClient = makeGenericClientConstructor(service, 'grpc.health.v1.Health');
const client = new HealthClient(`127.0.0.1:${process.env[variable] || fallback}`, credentials.createInsecure());

client.check({ service: '' }, { deadline: Date.now() + 2500 }, (error, response) => {
  if (error) process.stderr.write(`${error.message}\n`);
  else process.stdout.write(`${response.status}\n`);
  process.exit(response?.status === 'SERVING' ? 0 : 1);
});
