/**
 * The device path without its ports: everything from a link to the bus. The bus is the in-process one; what dm.rpc would
 * know is given as a list, because nothing here is about dm.rpc.
 */
import { createMemoryBus, type Bus } from '@alink/bus';
import { createLogger, createMetrics, systemClock, type Clock } from '@alink/runtime';
import { deviceCredentials, type Credentials } from '@alink/signing';
import { removeFolder, temporaryFolder } from '@alink/testing';
import { createDevicePath, type DevicePathConfig } from '../src/device-path';
import { ourSide } from '../src/dm-side';
import { noGuard } from '../src/guard/config';
import type { Activity } from '../src/journal';
import type { Welcome } from '../src/link/endpoint';
import { FakeLink } from './fake-link';
import { keptReports } from './kept-reports';
import { ListedDm, PRODUCT_KEY, secretOf } from './listed-dm';

export interface Surroundings {
  /** What is not as it is by default: no limits, everything allowed but registration over plain TCP. */
  readonly config?: Partial<DevicePathConfig>;
  readonly clock?: Clock;
  /** May be shared with other nodes. */
  readonly bus?: Bus;
  readonly dm?: ListedDm;
}

/** Makes it; what it publishes is kept, and noted. */
export const createTestPath = async ({
  config,
  clock = systemClock,
  bus = createMemoryBus(),
  dm = new ListedDm(),
}: Surroundings = {}) => {
  const dataDir = temporaryFolder('device-path');
  const lines: string[] = [];
  const log = createLogger({ name: 'test', level: 'debug', destination: { write: (line) => void lines.push(line) } });
  const kept = await keptReports(bus);
  const metrics = createMetrics('test');
  const activities: Activity[] = [];
  const path = createDevicePath({
    config: {
      ...noGuard,
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      MQTT_PORT: 0,
      MQTT_TLS_PORT: 0,
      MQTT_WS_PORT: 0,
      GATEWAY_HTTP_PORT: 0,
      TLS_C_SDK_SUITES: true,
      TLS_OLD_VERSIONS: false,
      CLOUD_PUBLISHER: true,
      ALLOW_PLAIN_REGISTRATION: false,
      ALLOW_WEAK_CERTIFICATES: false,
      REPORT_SHARDS: 1,
      FOREIGN_READERS: false,
      UNASKED_REPLIES: false,
      ...config,
    },
    bus,
    source: dm,
    credentials: dm,
    dmSide: (options) => ourSide(options, dm, { open: async () => undefined }),
    metrics,
    log,
    onActivity: (activity) => void activities.push(activity),
    clock,
    guardClock: clock,
  });

  const { connections } = path;
  /** A client of a broker without sockets sends its CONNECT. @returns its link, and what it is answered */
  const dial = async ({ clientId, username, password }: Credentials): Promise<{ link: FakeLink; welcome: Welcome }> => {
    const link = new FakeLink({ clientId, username, keepalive: 60, clean: true });
    link.onClosed = (ending) => connections.closed(link, ending);
    const welcome = await connections.opening(link, password);
    if ('returnCode' in welcome) {
      connections.answered(welcome.returnCode);
      link.close({ how: 'ended', why: 'refused' });
    } else if (!link.isClosed) {
      connections.answered(0);
      connections.opened(link);
    }
    return { link, welcome };
  };
  const credentials = (deviceName: string, deviceSecret = secretOf(deviceName)): Credentials =>
    deviceCredentials({ productKey: PRODUCT_KEY, deviceName, deviceSecret, extra: { _ss: '1' } });
  return {
    path,
    bus,
    dm,
    dataDir,
    lines,
    activities,
    /** What the stream has kept of devices' messages. */
    reports: kept.reports,
    dial,
    credentials,
    /** Value of a metric, all its labels summed. */
    metric: async (name: string): Promise<number> => {
      const text = await metrics.render();
      const rows = text.split('\n').filter((row) => row.startsWith(`${name}{`) || row.startsWith(`${name} `));
      return rows.reduce((sum, row) => sum + Number(row.split(' ').at(-1)), 0);
    },
    stop: async () => {
      await path.closePorts();
      await path.stop();
      await kept.stop();
      await bus.close();
      removeFolder(dataDir);
    },
  };
};
