// Asks the app in this container whether it serves (gRPC health checking protocol); the exit code is the answer.
// usage: health.mjs <variable with the gRPC port> <default port>
import { readFileSync } from 'node:fs';
import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { service } from 'grpc-health-check';

const [variable, fallback] = process.argv.slice(2);
const { GRPC_TLS_CERT_FILE, GRPC_TLS_CLIENT_CA_FILE, GRPC_CLIENT_CERT_FILE, GRPC_CLIENT_KEY_FILE } = process.env;

// Over loopback whoever answers is this container: its certificate need not bear the name of an address.
const trust = { rejectUnauthorized: false, checkServerIdentity: () => undefined };
const shown = GRPC_TLS_CLIENT_CA_FILE
  ? [readFileSync(GRPC_CLIENT_KEY_FILE), readFileSync(GRPC_CLIENT_CERT_FILE)]
  : [null, null];
const way = GRPC_TLS_CERT_FILE ? credentials.createSsl(null, ...shown, trust) : credentials.createInsecure();
const HealthClient = makeGenericClientConstructor(service, 'grpc.health.v1.Health');
const address = `127.0.0.1:${process.env[variable] || fallback}`;
const client = new HealthClient(address, way, { 'grpc.ssl_target_name_override': 'localhost' });

client.check({ service: '' }, { deadline: Date.now() + 2500 }, (error, response) => {
  if (error) process.stderr.write(`${error.message}\n`);
  else process.stdout.write(`${response.status}\n`);
  process.exit(response?.status === 'SERVING' ? 0 : 1);
});
