/**
 * Telling devices of their configuration. One device is asked whether it has taken it; all those of a product that are online
 * are sent it, some hundreds at a time, and each answer completes the record of its device when it comes.
 */
import { CONFIGURATION_PUSH, configurationData, type ConfigurationForm } from '@alink/alink';
import { Code, PROTOCOL_CODE, subjects, writeDevicePublish, type Json, type UserContext } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import { maskFileTokens } from '@alink/signing';
import type { DmContext } from '../../context';
import type { DeviceCore } from '../../device-core';
import { alinkRequest } from '../../services/device-interact/alink-request';
import type { CommandDevice } from '../../services/device-interact/command-target';
import type { CommandSender } from '../../services/device-interact/command-sender';
import { newToken, openForMany, type CommandEntry } from '../../services/device-interact/send-log';
import { WAVE, waves } from '../../waves';
import { configurationUrl, NO_BASE_URL } from './links';
import { told } from './request';
import type { Version } from './store';

/** A version with its text. */
export interface Pushed extends Version {
  readonly content: string;
}

interface OnlineDevice {
  readonly id: bigint;
  readonly deviceName: string;
  readonly node: string | null;
}

const action = 'configurationPush';

export class ConfigurationPush {
  constructor(
    private readonly context: DmContext,
    private readonly sender: CommandSender,
  ) {}

  /** @throws {RpcError} 100021 for a product whose devices are told, when they ask, that there is no such function */
  async requireSwitchedOn(productID: string): Promise<void> {
    const { protocolConf } = await this.context.prisma.product.findUniqueOrThrow({
      where: { productID },
      select: { protocolConf: true },
    });
    if ((protocolConf as { readonly remoteConfig?: string }).remoteConfig !== 'off') return;
    throw new RpcError(Code.notEnabled, `remote configuration is switched off for product ${productID}`);
  }

  /**
   * Tells one device, and waits for its answer.
   * @throws {RpcError} as any command: 2000003 offline, 2000002 no answer; 2000004 where the device refuses it
   */
  async toDevice(
    device: CommandDevice,
    pushed: Pushed,
    { form, user, timeoutMs }: { form: ConfigurationForm; user?: UserContext; timeoutMs: number },
  ): Promise<void> {
    if (device.protocolCode !== PROTOCOL_CODE) {
      if (!device.isOnline) throw new RpcError(Code.deviceOffline, 'the device is offline');
      return this.publishForeign(device, device.protocolCode, pushed);
    }
    const params = this.paramsOf(pushed, form);
    const { answer } = await this.sender.send({
      device,
      action,
      entries: entriesOf(params),
      user,
      body: { kind: 'thing', type: 'request', message: { method: 'request', path: CONFIGURATION_PUSH, params } },
      timeoutMs,
    });
    const { code, msg } = await answer;
    if (code !== Code.ok) throw new RpcError(Code.deviceError, `the device answered ${code}${msg ? `: ${msg}` : ''}`);
  }

  /**
   * Tells every device of the product that is online and has no configuration of its own.
   * @returns how many were sent it
   */
  async toProduct(
    { productID, protocolCode }: { productID: string; protocolCode: string },
    pushed: Pushed,
    { form, user }: { form: ConfigurationForm; user?: UserContext },
  ): Promise<number> {
    const isOurs = protocolCode === PROTOCOL_CODE;
    const params = isOurs ? this.paramsOf(pushed, form) : {};
    let sent = 0;
    for await (const wave of waves((id) => this.onlineAfter(productID, id))) {
      const commands = wave.map((device) => ({ ...device, deviceID: device.id, msgToken: newToken() }));
      const entries = entriesOf(params);
      if (isOurs) {
        await openForMany(this.context.prisma, commands, { action, entries, user }, this.context.now());
      }
      for (const { deviceName, node, msgToken } of commands) {
        const device = { productID, deviceName };
        if (isOurs || node !== null) this.publish(device, msgToken, params);
        else this.publishForeign(device, protocolCode, pushed);
      }
      sent += wave.length;
    }
    return sent;
  }

  /** @throws {RpcError} 100021 where devices cannot be told a URL */
  private paramsOf(pushed: Pushed, form: ConfigurationForm): Json {
    if (form === 'content') return configurationData(told(pushed, { content: JSON.parse(pushed.content) as Json }));
    const url = configurationUrl(this.context, pushed.id);
    if (url === undefined) throw new RpcError(Code.notEnabled, NO_BASE_URL);
    return configurationData(told(pushed, { url }));
  }

  /** Those of them whose own configuration was withdrawn have their product's again. */
  private async onlineAfter(productID: string, after: bigint): Promise<OnlineDevice[]> {
    const rows = await this.context.prisma.$queryRaw<{ id: bigint; device_name: string; node: string | null }[]>`
      SELECT d.id, d.device_name, d.node FROM device d
      WHERE d.product_id = ${productID} AND d.is_online AND d.is_enable AND d.id > ${after}
        AND coalesce((SELECT c.size FROM remote_config c WHERE c.device_id = d.id ORDER BY c.id DESC LIMIT 1), 0) = 0
      ORDER BY d.id LIMIT ${WAVE}`;
    return rows.map(({ id, device_name: deviceName, node }) => ({ id, deviceName, node }));
  }

  private publish(device: DeviceCore, msgToken: bigint, params: Json): void {
    const { bus, now } = this.context;
    const request = { path: CONFIGURATION_PUSH, params, msgToken: String(msgToken) };
    const { subject, message } = alinkRequest(device, request, now());
    bus.publish(subject, message);
  }

  /** In the form of unitedrhino's dm: gateways of its protocols know no other, and answer nothing. */
  private publishForeign({ productID, deviceName }: DeviceCore, protocolCode: string, { content }: Pushed): void {
    const { bus, now } = this.context;
    const body = { method: 'push', payload: content };
    const publish = { productID, deviceName, handle: 'config', type: 'push', body, protocolCode } as const;
    bus.publish(subjects.down('config', productID, deviceName, protocolCode), writeDevicePublish(publish, now()));
  }
}

/** The record says what was sent, but nothing by which whoever reads it could fetch the file. */
const entriesOf = (params: Json): CommandEntry[] => [
  { dataID: CONFIGURATION_PUSH, content: maskFileTokens(JSON.stringify(params)) },
];
