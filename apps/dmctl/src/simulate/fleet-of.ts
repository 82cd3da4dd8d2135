/** From the options of the command line to a fleet. */
import type { ThingModel } from '@alink/thing-model';
import type { ClientCertificate, Endpoint, FleetOptions, Stream } from '@alink/simulator';
import { isEncrypted } from '@alink/operator/connect';
import { CliError, ExitCode } from '../exit-code';
import type { Io } from '../io';
import { readBytes } from '../read-text-file';
import type { Settings } from '../service-address';
import type { ChosenDevice, Product } from './chosen-devices';
import type { SimulateOptions } from './options';

/** @throws {CliError} when options do not go together */
export const checkSimulateOptions = ({
  mode,
  transport,
  interval,
  eventInterval,
  also = [],
}: SimulateOptions): void => {
  const wrong = (message: string) => new CliError(ExitCode.usage, message);
  if (mode === 'x509' && transport && !isEncrypted(transport)) throw wrong('x509 needs --transport tls or wss');
  if (eventInterval === 0) throw wrong('--event-interval must be longer than 0');
  if (interval === 0 && (eventInterval !== undefined || also.length > 0)) {
    throw wrong('--interval 0 leaves no time for --event-interval and --also');
  }
};

export const fleetOf = async (
  io: Io,
  settings: Settings,
  product: Product,
  model: ThingModel,
  devices: readonly ChosenDevice[],
  options: SimulateOptions,
): Promise<FleetOptions> => {
  const endpoint = await endpointOf(io, settings, options);
  const shared = sharedOf(model, options);
  return {
    connectRate: options.connectRate,
    durationMs: options.duration,
    devices: await Promise.all(
      devices.map(async ({ deviceName, way }) => ({
        ...shared,
        endpoint,
        way,
        certificate: options.mode === 'x509' ? await certificateOf(io, options, deviceName) : undefined,
        encrypted: isEncrypted(endpoint.transport),
        speaker: {
          device: { productKey: product.productKey, deviceName },
          model,
          seed: options.seed,
          startTime: options.startTime,
          perReport: options.perReport,
          qos: options.qos === '0' ? (0 as const) : (1 as const),
        },
      })),
    ),
  };
};

/** What all devices have in common. */
const sharedOf = (model: ThingModel, options: SimulateOptions) => ({
  streams: streamsOf(model, options),
  jitter: options.jitter / 100,
  count: options.count,
  window: options.window,
  skipsMissed: options.skipMissed ?? false,
  clean: !options.persistent,
  signMethod: options.signMethod,
  keepaliveS: options.keepalive,
  subscribes: options.subscribe ?? false,
  fullRrpc: options.fullRrpc ?? false,
  silent: options.silent ?? false,
  cutEveryMs: options.cutEvery,
  attempts: options.attempts,
});

/** What devices say; what the model has no words for is left out. */
const streamsOf = (
  model: ThingModel,
  { interval, eventInterval, also = [], alsoInterval }: SimulateOptions,
): Stream[] => {
  const events: Stream[] = eventInterval === undefined ? [] : [{ kind: 'event', everyMs: eventInterval }];
  const asides = also.map((kind): Stream => ({ kind, everyMs: alsoInterval }));
  const all: Stream[] = [{ kind: 'properties', everyMs: interval }, ...events, ...asides];
  return all.filter(({ kind }) =>
    kind === 'event' ? model.events.length > 0 : model.properties.length > 0 || !needsProperties.has(kind),
  );
};

const needsProperties: ReadonlySet<string> = new Set(['properties', 'history', 'batch', 'desired']);

const endpointOf = async (
  io: Io,
  { mqttPort, mqttTlsPort, mqttWsPort }: Settings,
  { mode, transport = mode === 'x509' ? 'tls' : 'tcp', host, port, gatewayCa, insecure }: SimulateOptions,
): Promise<Endpoint> => {
  const ports = { tcp: mqttPort, tls: mqttTlsPort, ws: mqttWsPort, wss: mqttWsPort };
  const ca = gatewayCa === undefined ? undefined : await readBytes(io, gatewayCa);
  return { transport, host, port: port ?? ports[transport], ca, insecure };
};

const certificateOf = async (
  io: Io,
  { deviceCert, deviceKey }: SimulateOptions,
  deviceName: string,
): Promise<ClientCertificate> => {
  const fileOf = (pattern: string): string => pattern.replaceAll('{deviceName}', deviceName);
  return { cert: await readBytes(io, fileOf(deviceCert)), key: await readBytes(io, fileOf(deviceKey)) };
};
