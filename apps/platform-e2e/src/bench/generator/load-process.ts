/** The process of the load generator: what makes a load, and nothing else, so that its cost can be told from the load's. */
import { setTimeout as pause } from 'node:timers/promises';
import type { DeviceIdentity } from '@alink/signing';
import { PRODUCT } from '../../platform';
import { credentialsOf, nameOf, reportTopicOf } from '../devices';
import { quantile } from '../results/statistics';
import { takeOrders } from '../worker-process';
import { answerCommands } from './command-answers';
import { connectSome } from './connect-some';
import { DeviceSocket } from './device-socket';
import { filtersOf, subscribe } from './filters';
import { GATEWAYS, SUB_DEVICES } from '../gateways/gateway-devices';
import type {
  ConnectResult,
  Latency,
  LoginOrder,
  Order,
  ReportOrder,
  ReportResult,
  Result,
  SubscribeResult,
} from './orders';
import { connectPacket, PreparedReports } from './packets';
import { Reporter, Tally } from './reporter';
import {
  exchange,
  gatewayOf,
  loginMessages,
  loginReplies,
  logoutMessages,
  subDevicesOf,
  type Behind,
} from './sub-device-logins';

/** CONNECTs that are under way at once. */
const CONNECT_WINDOW = 64;
/** Milliseconds after the end of a load by which everything that was sent must have been answered. */
const ANSWER_WITHIN_MS = 30_000;

interface Device {
  readonly connectPacket: Buffer;
  readonly reports: PreparedReports;
  readonly names: DeviceIdentity;
  /** Those that speak over its connection. */
  readonly behind?: Behind;
}

const latencyOf = (times: readonly number[]): Latency => ({ p50: quantile(times, 0.5), p99: quantile(times, 0.99) });

class Generator {
  private devices: Device[] = [];
  private sockets: DeviceSocket[] = [];

  async take(order: Order): Promise<Result> {
    switch (order.act) {
      case 'prepare':
        return this.prepare(order.from, order.to, order.reports, order.subscribing);
      case 'prepareGateway':
        return this.prepareGateway(order.gateway, order.subDevices, order.reports);
      case 'logIn':
        return this.logIn(order);
      case 'logOut':
        return this.logOut();
      case 'subscribe':
        return this.subscribe();
      case 'connect':
        return this.connect(order.port);
      case 'report':
        return this.report(order);
      case 'answer':
        this.sockets.forEach(answerCommands);
        return undefined;
      case 'disconnect':
        await Promise.all(this.sockets.map((socket) => socket.close()));
        this.sockets = [];
        return undefined;
    }
  }

  private prepare(from: number, to: number, reports: number, subscribing = false): undefined {
    this.devices = Array.from({ length: to - from }, (_, index) => ({
      names: { productKey: PRODUCT, deviceName: nameOf(from + index) },
      connectPacket: connectPacket(credentialsOf(from + index, PRODUCT, subscribing ? {} : undefined)),
      reports: PreparedReports.make([reportTopicOf(from + index)], reports),
    }));
  }

  private prepareGateway(gateway: number, subDevices: number, reports: number): undefined {
    const behind: Behind = { gateway, from: 0, to: subDevices };
    const topics = Array.from({ length: subDevices }, (_, n) => reportTopicOf(n, SUB_DEVICES));
    this.devices = [
      {
        names: gatewayOf(behind),
        connectPacket: connectPacket(credentialsOf(gateway, GATEWAYS, {})),
        reports: PreparedReports.make(topics, reports),
        behind,
      },
    ];
  }

  private async logIn({ atOnce, window }: LoginOrder): Promise<ConnectResult> {
    const { behind } = this.devices[0]!;
    await subscribe(this.sockets[0]!, loginReplies(behind!));
    const began = performance.now();
    const times = await exchange(this.sockets[0]!, loginMessages(behind!, atOnce), window);
    const seconds = (performance.now() - began) / 1000;
    const connected = behind!.to - behind!.from;
    return { connected, perSecond: connected / seconds, ...latencyOf(times) };
  }

  private async subscribe(): Promise<SubscribeResult> {
    const began = performance.now();
    const filters = this.devices.map(({ names, behind }) =>
      [names, ...(behind ? subDevicesOf(behind) : [])].flatMap(filtersOf),
    );
    await Promise.all(this.sockets.map((socket, index) => subscribe(socket, filters[index]!)));
    const count = filters.flat().length;
    return { filters: count, perSecond: (count * 1000) / (performance.now() - began) };
  }

  private async logOut(): Promise<undefined> {
    await exchange(this.sockets[0]!, logoutMessages(this.devices[0]!.behind!), 1);
  }

  private async connect(port: number): Promise<ConnectResult> {
    const times: number[] = [];
    const began = performance.now();
    this.sockets = await connectSome(this.devices, CONNECT_WINDOW, async (device) => {
      const dialled = performance.now();
      const socket = await DeviceSocket.open(device.connectPacket, { port });
      times.push(performance.now() - dialled);
      return socket;
    });
    const seconds = (performance.now() - began) / 1000;
    return { connected: times.length, perSecond: times.length / seconds, ...latencyOf(times) };
  }

  private async report({ window, awaitReply, runUpMs, timedMs, pauseMs = 0 }: ReportOrder): Promise<ReportResult> {
    const tally = new Tally();
    const reporters = this.sockets.map((socket, index) => {
      const reporter = new Reporter(socket, {
        reports: this.devices[index]!.reports,
        window,
        awaitReply,
        pauseMs,
        tally,
      });
      socket.onPacket = (packet) => reporter.onPacket(packet);
      socket.onRead = () => reporter.onRead();
      socket.onClose = () => reporter.onClose();
      return reporter;
    });
    for (const [index, reporter] of reporters.entries()) {
      // Spread over the first pause: devices know nothing of each other.
      setTimeout(() => reporter.begin(), (pauseMs * index) / reporters.length);
    }
    await pause(runUpMs);
    tally.timing = true;
    const began = performance.now();
    await pause(timedMs);
    tally.timing = false;
    tally.sending = false;
    const seconds = (performance.now() - began) / 1000;
    await allAnswered(tally);
    return { perSecond: tally.latencies.length / seconds, done: tally.done, ...latencyOf(tally.latencies) };
  }
}

/** @throws when the load has failed, or some of what was sent is not answered in time */
const allAnswered = async (tally: Tally): Promise<void> => {
  const until = performance.now() + ANSWER_WITHIN_MS;
  while (!tally.failure && tally.done < tally.sent) {
    if (performance.now() > until) tally.fail(`${tally.sent - tally.done} of ${tally.sent} reports were not answered`);
    await pause(5);
  }
  if (tally.failure) throw tally.failure;
};

export const runLoadProcess = (): void => {
  const generator = new Generator();
  takeOrders<Order, Result>((order) => generator.take(order));
};
