/** The options of `dmctl simulate`. */
import { asideKinds, type AsideKind } from '@alink/simulator/kinds';
import type { SignMethod } from '@alink/signing';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { transports, type Transport } from '@alink/operator/connect';
import { parseCount, parseMoment, parsePort, parseStart } from '../parse-options';
import { parseAtLeast, parseSpan } from './parse-span';

export const modes = ['secret', 'auto', 'register', 'regnwl', 'x509'] as const;
export type Mode = (typeof modes)[number];

export interface SimulateOptions {
  readonly name?: string;
  readonly from?: string;
  readonly create?: number;
  readonly prefix: string;
  readonly first: number;
  readonly subDevices?: number;
  readonly subProduct?: string;
  readonly subPrefix: string;
  readonly subRegister?: boolean;
  readonly mode: Mode;
  readonly transport?: Transport;
  readonly host: string;
  readonly port?: number;
  readonly gatewayCa?: string;
  readonly insecure?: boolean;
  readonly signMethod: SignMethod;
  readonly deviceCert: string;
  readonly deviceKey: string;
  readonly interval: number;
  readonly eventInterval?: number;
  readonly also?: readonly AsideKind[];
  readonly alsoInterval: number;
  /** Per cent. */
  readonly jitter: number;
  readonly perReport?: number;
  readonly qos: '0' | '1';
  readonly window: number;
  readonly seed: string;
  readonly startTime?: number;
  readonly skipMissed?: boolean;
  readonly persistent?: boolean;
  readonly keepalive: number;
  readonly subscribe?: boolean;
  readonly fullRrpc?: boolean;
  readonly silent?: boolean;
  readonly cutEvery?: number;
  readonly connectRate: number;
  readonly attempts: number;
  readonly duration?: number;
  readonly count?: number;
}

/** @param now unix milliseconds, for moments that are told from now on */
export const addSimulateOptions = (command: Command, now: () => number): Command =>
  whichSubDevices(whichDevices(command))
    .addOption(new Option('--mode <mode>', 'how devices prove themselves').choices(modes).default('secret'))
    .addOption(new Option('--transport <transport>', 'tcp; for x509 tls').choices(transports))
    .option('--host <host>', 'address of the node', '127.0.0.1')
    .option('--port <port>', 'port of the node: MQTT_PORT, MQTT_TLS_PORT or MQTT_WS_PORT', parsePort)
    .option('--gateway-ca <file>', "authority of the node's certificate; in development ca.crt in DATA_DIR/tls")
    .option('--insecure', 'take any certificate of the node')
    .addOption(
      new Option('--sign-method <method>', 'HMAC of the password')
        .choices(['hmacsha256', 'hmacsha1', 'hmacmd5'])
        .default('hmacsha256'),
    )
    .option(
      '--device-cert <file>',
      'x509: certificates of the devices; {deviceName} in it stands for each',
      '{deviceName}.crt',
    )
    .option('--device-key <file>', 'x509: their keys', '{deviceName}.key')
    .addOption(
      new Option('--interval <span>', 'from one report of a device to its next; 0: as fast as they are answered')
        .argParser(parseSpan)
        .default(10_000, '10s'),
    )
    .option('--event-interval <span>', 'from one event of a device to its next; without it no events', parseSpan)
    .option('--also <kinds>', `more that devices say, seldom: ${asideKinds.join(',')}`, parseAsides, [])
    .addOption(new Option('--also-interval <span>', 'how seldom').argParser(parseSpan).default(60_000, '1m'))
    .option('--jitter <percent>', 'by how much of its interval a message comes early or late', parseAtLeast(0, 100), 10)
    .option('--per-report <n>', 'properties in a report; by default all, at most 200', parseAtLeast(1, 200))
    .addOption(new Option('--qos <qos>', 'of what devices send').choices(['0', '1']).default('1'))
    .option('--window <n>', 'messages of a device that may wait for their replies at once', parseAtLeast(1, 1000), 8)
    .option('--seed <text>', 'what values, times and pauses are drawn from', '1')
    .option(
      '--start-time <moment>',
      'values bear times, which count from here: an ISO date, unix ms, or 1h (ago)',
      parseMoment(now),
    )
    .option('--skip-missed', 'leave out what came due while a device was offline, instead of making up for it')
    .option('--persistent', 'sessions that outlive the connection (clean session 0)')
    .option('--keepalive <seconds>', 'of MQTT', parseAtLeast(0, 65_535), 300)
    .option('--subscribe', 'devices subscribe their topics, as older SDKs do; else they get them unasked (_ss=1)')
    .option('--full-rrpc', 'synchronous calls come on their full topic (ext=1)')
    .option('--silent', 'devices leave what they are told unanswered')
    .option('--cut-every <span>', 'break each connection at random, after so long on average', parseSpan)
    .option('--connect-rate <n>', 'devices that begin to connect in a second', parseAtLeast(1, 100_000), 100)
    .option(
      '--attempts <n>',
      'failures to connect in a row after which a device gives up; 0: never',
      parseAtLeast(0, 1000),
      5,
    )
    .option('--duration <span>', 'how long; without it and --count until Ctrl-C', parseSpan)
    .option('--count <n>', 'messages that each device sends before it leaves', parseAtLeast(1, 1_000_000_000));

const whichDevices = (command: Command): Command =>
  command
    .option('--name <pattern>', 'devices that exist, by DeviceName: * stands for any text')
    .option('--from <file>', 'CSV with a header that names deviceName and deviceSecret; - for standard input')
    .option('--create <n>', 'devices named by prefix and number; those that do not exist are created', parseCount)
    .option('--prefix <text>', 'what their names begin with', 'sim-')
    .option('--first <number>', 'the number of the first', parseStart, 1);

const whichSubDevices = (command: Command): Command =>
  command
    .option('--sub-devices <n>', 'sub-devices of each device, which is a gateway device then', parseAtLeast(1, 2000))
    .option('--sub-product <productKey>', 'product of the sub-devices')
    .option('--sub-prefix <text>', 'what their names begin with', 'sub-')
    .option('--sub-register', 'gateway devices register them; else they are created here where they do not exist');

const parseAsides = (text: string): AsideKind[] =>
  text.split(',').map((word) => {
    const kind = asideKinds.find((known) => known === word.trim());
    if (!kind) throw new InvalidArgumentError(`It must be some of ${asideKinds.join(',')}.`);
    return kind;
  });
