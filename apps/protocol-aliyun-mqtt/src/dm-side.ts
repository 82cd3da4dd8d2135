/**
 * The side of a node that turns to dm: who keeps what devices say, who answers what they ask, who commands them, and where
 * it is told that they come and go. Our dm has a stream and services of its own for it, unitedrhino's its bus.
 */
import type { Bus } from '@alink/bus';
import type { RpcChannel } from '@alink/rpc';
import type { Clock, Logger } from '@alink/runtime';
import type { ByDmKind } from './directory/dm-kind';
import { Devices } from './directory/unitedrhino/devices';
import { Products } from './directory/unitedrhino/products';
import { tagsOf } from './directory/unitedrhino/tags';
import { DmFiles } from './files/dm-files';
import type { FileSource } from './files/file-source';
import { KeptFiles } from './files/kept-files';
import { configurationTexts, UnitedrhinoConfigurations } from './files/unitedrhino-configurations';
import { OurCommands, type CommandingDm } from './downlink/commanding-dm';
import { UnitedrhinoCommands, type UnitedrhinoCommandsOptions } from './downlink/unitedrhino-commands';
import { DmRequests } from './requests/dm-requests';
import type { Answerer } from './requests/requests';
import { UnitedrhinoRequests, type UnitedrhinoRequestsOptions } from './requests/unitedrhino-requests';
import { UnitedrhinoTopology } from './requests/unitedrhino-topology';
import type { SessionTable } from './session/session-table';
import { StreamStatus, type StatusTeller } from './session/status-teller';
import { UnitedrhinoStatus } from './session/unitedrhino-status';
import { ForeignReaders } from './uplink/foreign-readers';
import type { Keeper } from './uplink/keeper';
import { ReportStream } from './uplink/report-stream';
import { UnitedrhinoKeeper } from './uplink/unitedrhino-keeper';

export interface DmSide {
  readonly keeper: Keeper;
  readonly answerer: Answerer;
  readonly commands: CommandingDm;
  readonly status: StatusTeller;
  /** What devices download. */
  readonly files: FileSource;
  /** Whether dm keeps lines for the logs of devices. */
  readonly keepsLines: boolean;
  /** Whether dm itself tells gateway devices that their sub-devices are enabled, disabled or deleted. */
  readonly tellsGateways: boolean;
}

export interface DmSideOptions {
  readonly config: {
    /** Subjects among which reports are spread. */
    readonly REPORT_SHARDS: number;
    /** Whether somebody reads unitedrhino's form of reports beside our dm. */
    readonly FOREIGN_READERS: boolean;
    /** Where devices reach the HTTP side of the nodes. */
    readonly FILES_BASE_URL?: string | undefined;
    /** Sub-devices that a gateway device may have. */
    readonly SUB_DEVICES_PER_GATEWAY: number;
  };
  readonly nodeId: string;
  readonly sessions: SessionTable;
  readonly bus: Bus;
  readonly clock: Clock;
}

/**
 * @param answerer our dm.rpc, for what devices ask
 * @param files the same, for what they download
 */
export const ourSide = (
  { config, nodeId, bus, clock }: DmSideOptions,
  answerer: Answerer,
  files: FileSource,
): DmSide => {
  const stream = new ReportStream({ bus, nodeId, shards: config.REPORT_SHARDS });
  return {
    keeper: config.FOREIGN_READERS ? new ForeignReaders(bus, stream) : stream,
    answerer,
    commands: new OurCommands(clock),
    status: new StreamStatus(bus, clock),
    files: new KeptFiles(files, clock),
    keepsLines: true,
    tellsGateways: true,
  };
};

export const unitedrhinoSide = (
  { sessions, bus, clock }: Pick<DmSideOptions, 'sessions' | 'bus' | 'clock'>,
  {
    productKeyOf,
    ...knowing
  }: Pick<UnitedrhinoRequestsOptions, 'tagsOf' | 'topology' | 'configurations'> &
    Pick<UnitedrhinoCommandsOptions, 'productKeyOf'>,
): DmSide => {
  const { configurations } = knowing;
  const requests = new UnitedrhinoRequests({ bus, clock, ...knowing });
  return {
    keeper: new UnitedrhinoKeeper(bus),
    answerer: requests,
    commands: new UnitedrhinoCommands({ bus, clock, requests, configurations, productKeyOf }),
    status: new UnitedrhinoStatus(bus, clock, sessions),
    files: new KeptFiles(configurations, clock),
    keepsLines: false,
    tellsGateways: false,
  };
};

export type MakeDmSide = (options: DmSideOptions) => DmSide;

/** The side for whichever dm.rpc it is. */
export const dmSides = (dm: RpcChannel, log: Logger): ByDmKind<MakeDmSide> => ({
  ours: (options) => ourSide(options, new DmRequests(dm), new DmFiles(dm)),
  unitedrhino: (options) => {
    const { clock, config } = options;
    const texts = configurationTexts(dm);
    const configurations = new UnitedrhinoConfigurations({ texts, clock, baseUrl: config.FILES_BASE_URL });
    const products = new Products(dm, log);
    const limit = config.SUB_DEVICES_PER_GATEWAY;
    return unitedrhinoSide(options, {
      tagsOf: tagsOf(dm),
      topology: new UnitedrhinoTopology({ products, devices: new Devices(dm), limit }),
      configurations,
      productKeyOf: (productID) => products.keyOf(productID),
    });
  },
});
