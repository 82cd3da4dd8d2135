/** The first part of the screen: what runs and where, and what to paste next. */
import { hostPort } from '@alink/text';
import { DEMO_DEVICE, DEMO_PRODUCT } from './demo-data';
import { palette } from './terminal';

/** What the screen tells of a running platform. */
export interface WelcomeFacts {
  /** Address that everything listens on. */
  readonly host: string;
  readonly ports: {
    readonly mqtt: number;
    readonly mqttTls: number;
    readonly mqttWebSocket: number;
    readonly dm: number;
    readonly timedjob: number;
    readonly nodeGrpc: number;
    readonly nodeHttp: number;
  };
  /** Where the certificates of the device ports come from. */
  readonly certificates: string;
  /** Where PostgreSQL, the bus and the registry are; never with a password. */
  readonly database: string;
  readonly bus: string;
  readonly registry: string;
  readonly dataDir: string;
  /** Where the log goes. */
  readonly log: string;
  readonly demo: boolean;
}

/** The default port of dm.rpc, which dmctl tries by itself. */
const DM_PORT = 9081;

/**
 * The walk-through of the manual as commands to paste. The signature is the manual's own, over the ClientID with its
 * timestamp, and stays valid because the platform, like Alibaba Cloud, does not check a timestamp's age.
 */
export const walkThrough = (host: string, mqttPort: number): string[] => {
  const client = `-h ${host} -p ${mqttPort} -i "$CLIENT_ID" -u "$USERNAME" -P "$PASSWORD"`;
  const publisher = `-h ${host} -p ${mqttPort} -i "cloud_publisher_001" -u "$USERNAME" -P "$PASSWORD"`;
  const topic = `/sys/${DEMO_PRODUCT}/${DEMO_DEVICE}/thing`;
  return [
    `export CLIENT_ID="${DEMO_PRODUCT}.${DEMO_DEVICE}|securemode=3,signmethod=hmacsha256,timestamp=1778593628940|"`,
    `export USERNAME="${DEMO_DEVICE}&${DEMO_PRODUCT}"`,
    'export PASSWORD="87954302c6bbb203f8f386d84574dae4227f1f8cc1bdc8b83407c324edce95c8"',
    `mosquitto_sub ${client} -t "${topic}/service/property/set"`,
    `mosquitto_pub ${client} -t "${topic}/event/property/post" \\`,
    `  -m '{"id":"123","version":"1.0","params":{"temperature":{"value":25.5,"time":1778593628940}},"method":"thing.event.property.post"}'`,
    // The report has taken the subscriber's session over; it comes back after a second.
    'sleep 2',
    `mosquitto_pub ${publisher} -t "${topic}/service/property/set" \\`,
    `  -m '{"id":"456","version":"1.0","params":{"temperature":30},"method":"thing.service.property.set"}'`,
  ];
};

/** Commands that look at the demo and command it. */
const dmctlExamples = (endpoint: string): string[] => {
  const device = `${DEMO_PRODUCT} ${DEMO_DEVICE}`;
  return [
    `npx dmctl${endpoint} property latest ${device}`,
    `npx dmctl${endpoint} property set ${device} '{"temperature":28}'`,
    `npx dmctl${endpoint} log ${device}`,
    `npx dmctl${endpoint} device connect-params ${device}`,
  ];
};

/** An address to connect to: one may listen on all of them, but not connect to that. */
const reachable = (host: string): string => (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host);

/** The screen's text, lines ended. */
export const welcome = (facts: WelcomeFacts, colours: boolean): string => {
  const paint = palette(colours);
  const { host, ports, demo } = facts;
  const target = reachable(host);
  const endpoint = ports.dm === DM_PORT ? '' : ` --endpoint ${hostPort(target, ports.dm)}`;
  const rows: [string, string][] = [
    [
      'MQTT, for devices',
      `${hostPort(host, ports.mqtt)} (TCP and TLS), ${ports.mqttTls} (TLS), ${ports.mqttWebSocket} (WebSocket)`,
    ],
    ['certificates', facts.certificates],
    ['dm.rpc', `${hostPort(host, ports.dm)} (gRPC)`],
    ['timedjob.rpc', `${hostPort(host, ports.timedjob)} (gRPC)`],
    ['dg.rpc', `${hostPort(host, ports.nodeGrpc)} (gRPC)`],
    ['metrics, health', `http://${hostPort(target, ports.nodeHttp)}/metrics, /readyz`],
    ['PostgreSQL', facts.database],
    ['message bus', facts.bus],
    ['registry', facts.registry],
    ['data and log', `${facts.dataDir}, ${facts.log}`],
  ];
  const commands = demo
    ? [
        paint.bold('The walk-through, in other terminals:'),
        '',
        ...walkThrough(target, ports.mqtt),
        '',
        ...dmctlExamples(endpoint),
      ]
    : [
        paint.bold('DEMO=off: begin with a product and a device of your own'),
        '',
        `npx dmctl${endpoint} product create --help`,
      ];
  return [
    '',
    `${paint.bold('Alink Platform is up.')} ${paint.dim('Ctrl-C stops it; data stays.')}`,
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(19)}${value}`),
    '',
    ...commands,
    '',
    paint.bold('What happens now, line by line:'),
    '',
    '',
  ].join('\n');
};
