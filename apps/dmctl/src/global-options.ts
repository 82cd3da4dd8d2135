import type { Command } from 'commander';
import { parseEndpoint, parseUser } from './parse-options';

/** Adds the options that every command has. */
export const addGlobalOptions = (program: Command): Command =>
  program
    .option('--json', 'results as JSON, errors as JSON on standard error')
    .option('--endpoint <host:port>', 'where dm.rpc is', parseEndpoint)
    .option('--job-endpoint <host:port>', 'where timedjob.rpc is', parseEndpoint)
    .option('--token <token>', 'token to send, when the services ask for one')
    .option('--ca <file>', "authority of the services' certificates (PEM); with it, TLS")
    .option('--cert <file>', 'certificate to show, when the services ask for one (PEM)')
    .option('--key <file>', 'its key (PEM)')
    .option('--user <json>', 'act as this user, not as root: the JSON of metadata ithings-user', parseUser);
