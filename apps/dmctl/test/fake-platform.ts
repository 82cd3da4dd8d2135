import { createHash } from 'node:crypto';
import { Code, services, ShadowControl, type Service } from '@alink/contract';
import {
  RpcError,
  serve,
  startRpcServer,
  type CallContext,
  type Handlers,
  type RpcServer,
  type ServerSecurity,
} from '@alink/rpc';
import { FakeTopology, keyOf } from './fake-gateways';
import { fakeCategories, fakeDefinitions, fakeGroups, fakeOwnDefinitions } from './fake-catalog';
import { createLogger } from '@alink/runtime';

type Handler = (request: never, context: CallContext) => Promise<unknown>;
type HubLog = { timestamp: number; action: string; topic: string; content: string; resultCode: number };
type Product = { productID: string; productName: string; secret: string; protocolConf: Record<string, string> };
type Device = { productID: string; deviceName: string; secret: string; isOnline: number };

/** One page of a list, numbered from 1. */
const pageOf = <T>(all: readonly T[], { page, size }: { page: string; size: string }) => {
  const from = (Number(page) - 1) * Number(size);
  return { list: all.slice(from, from + Number(size)), total: all.length };
};

/** What dmctl's own tests talk to: real gRPC over a store in memory. It knows only what they need. */
export class FakePlatform {
  readonly products = new Map<string, Product & Record<string, unknown>>();
  readonly schemas = new Map<string, string>();
  readonly devices = new Map<string, Device & Record<string, unknown>>();
  readonly tasks = new Map<string, Record<string, unknown>>();
  hubLog: HubLog[] = [];
  /** Commands, newest first. */
  sendLog: { action: string; [field: string]: unknown }[] = [];
  latest: { dataID: string; dataName: string; value: string; timestamp: number }[] = [
    { dataID: 'temperature', dataName: 'Room heat', value: '25.5', timestamp: 1778593628940 },
  ];
  /** What devices shall be, and whether the device is online when it is set. */
  readonly desired = { list: [] as object[], versions: {} as Record<string, number>, isSent: false };
  /** The shadow of each device, and how a setting ends. */
  readonly shadow = {
    reported: '{}',
    desired: '{}',
    metadata: '{"reported":{},"desired":{}}',
    version: 0,
    updatedAt: 0,
    set: { version: 1, isSent: false },
  };
  protocolInstances: object[] = [];
  /** Under which key in etcd nodes stand, as they have told. */
  nodeKey = '';
  /** What the services say of themselves. */
  status: { startedAt: number; parts: object[] } = { startedAt: 0, parts: [] };
  /** What `alink.DeviceAdmin` holds: tokens, certificates and audit lines, as they are answered. */
  readonly admin = {
    tokens: [] as object[],
    certificates: [] as object[],
    audit: [] as object[],
    statusLog: [] as object[],
  };
  /** What devices have reported of themselves. */
  readonly logLines: object[] = [];
  readonly networkStatus: object[] = [];
  /** Versions of configurations, oldest first. */
  readonly configurations: { productID: string; deviceName: string; content: string }[] = [];
  /** What `alink.Topics` and `alink.DeviceJobs` answer. */
  readonly topics = { classes: [] as object[], definedOnly: false, rules: [] as object[] };
  rrpcAnswer: Uint8Array = Buffer.from('pong');
  broadcast = { messageID: '77', delivered: 3, undelivered: 0, nodesHeard: 2, nodes: 2 };
  readonly deviceJobs = { jobs: [] as object[], tasks: [] as object[] };
  readonly topology = new FakeTopology();
  /** What becomes of an import of products. */
  imported: object[] = [];
  /** The latest request of each method, for looking at. */
  readonly requests: Record<string, Record<string, unknown>> = {};
  /** How often each method was called. */
  calls: Record<string, number> = {};
  /** From which call on a method fails. */
  failures: Record<string, number> = {};
  /** How the device answers a command. */
  deviceAnswer: { code: number; msg: string } = { code: 200, msg: '' };
  private server: RpcServer | undefined;

  get endpoint(): string {
    return `127.0.0.1:${this.server?.port}`;
  }

  async start(port = 0, security?: ServerSecurity): Promise<void> {
    this.server = await startRpcServer({
      host: '127.0.0.1',
      port,
      log: createLogger({ name: 'fake', level: 'silent' }),
      graceMs: 100,
      security,
      services: [
        this.serve(services.productManage, {
          productInfoCreate: async (info) => {
            if (!info.productName) throw new RpcError(Code.parameter, 'productName must not be empty');
            const productID = info.productID || 'generated1';
            if (this.products.has(productID)) throw new RpcError(Code.duplicate, `productID ${productID} exists`);
            const product = {
              ...info,
              productID,
              secret: info.secret || 'madeUpProductSecret',
              createdTime: 1_700_000_000,
            };
            this.products.set(productID, product as never);
            return { productID };
          },
          productInfoRead: async ({ productID }) => this.product(productID),
          productInfoUpdate: async (info) => {
            const { productID, productName, desc, status, netType, autoRegister, tags, protocolConf } = info;
            const product = this.product(productID, Code.parameter);
            const numbers = Object.entries({ status, netType, autoRegister }).filter(([, value]) => Number(value));
            const maps = Object.entries({ tags, protocolConf }).filter(([, map]) => Object.keys(map).length > 0);
            const texts = { ...(productName && { productName }), ...(desc && { desc }) };
            Object.assign(product, Object.fromEntries([...numbers, ...maps]), texts);
            return {};
          },
          productInfoDelete: async ({ productID }) => {
            if ([...this.devices.values()].some((device) => device.productID === productID)) {
              throw new RpcError(Code.notEmpty, `product ${productID} has devices`);
            }
            this.products.delete(productID);
            return {};
          },
          productInfoIndex: async ({ page, protocolConf }) => {
            const list = [...this.products.values()]
              .filter((product) => !protocolConf.productID || product.protocolConf.productID === protocolConf.productID)
              .map((product) => ({ ...product, secret: '' }));
            return page ? pageOf(list, page) : { list, total: list.length };
          },
          productSchemaTslImport: async ({ productID, tsl }) => {
            this.schemas.set(productID, tsl);
            return {};
          },
          ...fakeCategories(),
          productInfoMultiExport: async () => ({ products: JSON.stringify([...this.products.values()]) }),
          productSchemaMultiCreate: async () => ({}),
          productSchemaTslRead: async ({ productID }) => ({ tsl: this.schemas.get(productID) ?? '' }),
        }),
        this.serve(services.deviceManage, {
          ...fakeOwnDefinitions(),
          deviceInfoCreate: async (info) => {
            this.product(info.productID, Code.parameter);
            const device = { ...info, secret: info.secret || 'madeUpDeviceSecret', isOnline: 2, isEnable: 1 };
            this.devices.set(`${info.productID}/${info.deviceName}`, device as never);
            return {};
          },
          ...this.topology.handlers(),
          deviceInfoRead: async ({ productID, deviceName }) => this.withGateway(this.device(productID, deviceName)),
          deviceInfoDelete: async ({ productID, deviceName }) => {
            this.device(productID, deviceName, Code.parameter);
            this.devices.delete(`${productID}/${deviceName}`);
            return {};
          },
          deviceInfoUpdate: async ({ productID, deviceName, deviceAlias, tags, isEnable, logLevel }) => {
            const numbers = Object.entries({ isEnable, logLevel }).filter(([, value]) => Number(value));
            const changed = { ...(deviceAlias && { deviceAlias }), ...Object.fromEntries(numbers) };
            Object.assign(this.device(productID, deviceName), changed, Object.keys(tags).length > 0 && { tags });
            return {};
          },
          deviceReset: async ({ device }) => {
            this.device(device?.productID ?? '', device?.deviceName ?? '');
            return {};
          },
          deviceTypeCount: async () => ({ device: 7, gateway: 2, subset: 0 }),
          deviceCount: async ({ rangeIDs }) => ({
            list: rangeIDs.map((rangeID) => ({
              rangeID,
              count: { total: 5, online: 2, offline: 3, typeDevice: 4, typeGateWay: 1, typeSubSet: 0, typeUnknown: 0 },
            })),
          }),
          DeviceInfoMultiUpdate: async () => ({}),
          deviceMove: async ({ old, new: other }) => {
            this.device(old?.productID ?? '', old?.deviceName ?? '');
            this.device(other?.productID ?? '', other?.deviceName ?? '');
            return {};
          },
          deviceModuleVersionIndex: async () => ({
            list: [{ id: 1, productID: 'p1', deviceName: 'dev001', moduleCode: 'default', version: '1.1' }],
            total: 3,
          }),
          deviceInfoCount: async () => ({ total: 9, inactive: 4, online: 2, offline: 3 }),
          deviceInfoIndex: async ({ productID, productIDs, isOnline, gateway, deviceNames, page }) => {
            const wanted = [...productIDs, productID].filter(Boolean);
            const subDevices = gateway && new Set(this.topology.subDevicesOf(gateway).map(keyOf));
            const all = [...this.devices.values()].filter(
              (device) =>
                (wanted.length === 0 || wanted.includes(device.productID)) &&
                (!Number(isOnline) || device.isOnline === Number(isOnline)) &&
                (!subDevices || subDevices.has(keyOf(device))) &&
                (deviceNames.length === 0 || deviceNames.includes(device.deviceName)),
            );
            const size = Number(page?.size);
            const from = (Number(page?.page) - 1) * size;
            const list = all.slice(from, from + size).map((device) => this.withGateway(device));
            return { list, total: all.length };
          },
        }),
        this.serve(services.deviceLogs, {
          listLogLines: async () => ({ list: this.logLines, total: this.logLines.length }),
          listNetworkStatus: async () => ({ list: this.networkStatus, total: this.networkStatus.length }),
        }),
        this.serve(services.configurations, {
          setConfiguration: async ({ productID, deviceName, content }) => {
            this.product(productID);
            this.configurations.push({ productID, deviceName, content });
            return this.configuration(this.configurations.length);
          },
          readConfiguration: async ({ productID, deviceName }) => {
            const of = (name: string) => this.versionsOf(productID, name).at(-1);
            const id = of(deviceName) ?? of('');
            if (!id) throw new RpcError(Code.notFound, `a configuration for product ${productID} does not exist`);
            return this.configuration(id);
          },
          listConfigurations: async ({ productID, deviceName, page, size }) => {
            const ids = this.versionsOf(productID, deviceName).reverse();
            const { list, total } = pageOf(ids, { page, size });
            return { list: list.map((id) => ({ ...this.configuration(id), content: '' })), total };
          },
          pushConfiguration: async ({ deviceName }) => ({
            configId: this.configurations.length,
            sent: deviceName ? 1 : 1201,
          }),
        }),
        this.serve(services.deviceGroup, fakeGroups()),
        this.serve(services.schemaManage, fakeDefinitions()),
        this.serve(services.catalog, { importProducts: async () => ({ results: this.imported }) }),
        this.serve(services.deviceAdmin, {
          rotateDeviceSecret: async ({ productID, deviceName, secret }) => {
            this.device(productID, deviceName);
            return { secret: secret || 'rotatedDeviceSecret' };
          },
          rotateProductSecret: async ({ productID, secret }) => {
            this.product(productID);
            return { secret: secret || 'rotatedProductSecret' };
          },
          setDeviceTags: async ({ productID, deviceName, tags }) => {
            Object.assign(this.device(productID, deviceName), { tags });
            return {};
          },
          setProductTags: async ({ productID, tags }) => {
            Object.assign(this.product(productID), { tags });
            return {};
          },
          deviceCounts: async ({ productIDs }) => ({
            list: productIDs
              .filter((productID) => this.products.has(productID))
              .map((productID) => {
                const own = [...this.devices.values()].filter((device) => device.productID === productID);
                const online = own.filter((device) => device.isOnline === 1).length;
                return { productID, total: own.length, activated: online, online, disabled: 0 };
              }),
          }),
          bootstrapNotify: async () => ({}),
          permitJoin: async () => this.obeyed(),
          connectParamsRead: async ({ productID, deviceName }) => ({
            clientId: `${productID}.${deviceName}|securemode=3|`,
            username: `${deviceName}&${productID}`,
            password: '0123',
          }),
          subDeviceParamsRead: async () => ({
            attach: { topic: '/add', payload: '{"id":"1"}', replyTopic: '/add_reply' },
            login: { topic: '/login', payload: '{"id":"2"}', replyTopic: '/login_reply' },
          }),
          listTokens: async () => ({ tokens: this.admin.tokens }),
          revokeToken: async () => ({}),
          createDevices: async ({ productID, count, prefix, rows, dryRun }) => {
            const counted = Array.from({ length: Number(count) }, (_, i) => ({ deviceName: `${prefix}${i + 1}` }));
            const wanted: { productID?: string; deviceName: string; deviceSecret?: string }[] = [...rows, ...counted];
            const results = wanted.map((row) => {
              const device = { productID: row.productID || productID, deviceName: row.deviceName };
              const reason = this.devices.has(`${device.productID}/${row.deviceName}`) ? 'exists already' : '';
              const secret = row.deviceSecret || `secretOf${row.deviceName}`;
              if (!reason && !dryRun) {
                this.devices.set(`${device.productID}/${row.deviceName}`, { ...device, secret, isOnline: 2 });
              }
              return { ...device, reason, deviceSecret: reason || dryRun ? '' : secret };
            });
            return { results };
          },
          registerCertificate: async ({ productID, deviceName }) => ({
            ...{ productID, deviceName, fingerprint: 'ab'.repeat(32), subject: 'CN=dev001' },
            notAfter: 1_900_000_000,
          }),
          listCertificates: async (paging) => {
            const { list, total } = pageOf(this.admin.certificates, paging);
            return { certificates: list, total };
          },
          revokeCertificate: async () => ({}),
          rotateKey: async () => ({ rotated: 7, keyId: 'k2' }),
          auditLogIndex: async (paging) => pageOf(this.admin.audit, paging),
          statusLogIndex: async (paging) => pageOf(this.admin.statusLog, paging),
        }),
        this.serve(services.deviceMsg, {
          gatewayCanBindIndex: async () => this.topology.found,
          hubLogIndex: async ({ productID, timeStart, timeEnd, page }) => {
            if (!productID) throw new RpcError(Code.parameter, 'productID must not be empty');
            const end = Number(timeEnd) || Infinity;
            const all = this.hubLog
              .filter(({ timestamp }) => timestamp >= Number(timeStart) && timestamp <= end)
              .reverse();
            const size = Number(page?.size);
            const from = (Number(page?.page) - 1) * size;
            return { list: all.slice(from, from + size), total: all.length };
          },
          propertyLatestIndex: async () => ({ list: this.latest, total: this.latest.length }),
          propertyLogAggIndex: async ({ aggs }) => ({
            list: [
              {
                values: [1778596800000, 1778593200000].map((timeWindow, at) => ({
                  dataID: aggs[0]!.dataID,
                  timeWindow,
                  values: { avg: { value: `${25.5 + at}` }, ...(at > 0 && { max: { value: '30' } }) },
                })),
              },
            ],
          }),
          propertyLogIndex: async () => ({
            list: [
              { dataID: 'temperature', value: '26', timestamp: 1778593629000 },
              { dataID: 'temperature', value: '25.5', timestamp: 1778593628940 },
            ],
            total: 2,
          }),
          sendLogIndex: async ({ actions, page }) =>
            pageOf(
              this.sendLog.filter(({ action }) => actions.includes(action)),
              page!,
            ),
          eventLogIndex: async () => ({
            list: [{ dataID: 'highTemperature', type: 'alert', params: '{"value":80}', timestamp: 1778593628940 }],
            total: 1,
          }),
        }),
        this.serve(services.deviceInteract, {
          gatewayNotifyBindSend: async () => this.obeyed(),
          propertyControlSend: async ({ shadowControl }) => {
            if (Number(shadowControl) === ShadowControl.keepOnly) return { code: 200, msg: 'kept', msgToken: '' };
            const { code, msg } = this.deviceAnswer;
            if (code >= Code.deviceTimeout) throw new RpcError(code, msg);
            return { code, msg, msgToken: '77' };
          },
          propertyControlMultiSend: async ({ deviceNames }) => ({
            list: deviceNames.map((deviceName) => ({
              deviceName,
              ...this.fateOf(deviceName),
              code: 200,
              msgToken: '79',
            })),
          }),
          propertyGetReportMultiSend: async ({ deviceNames }) => ({
            list: deviceNames.map((deviceName) => {
              const fate = this.fateOf(deviceName);
              return { deviceName, ...fate, params: fate.sysCode === Code.ok ? '{"temperature":25.5}' : '' };
            }),
          }),
          propertyGetReportSend: async () => ({
            ...this.deviceAnswer,
            params: '{"temperature":25.5}',
            timestamp: 1778593628940,
          }),
          actionSend: async ({ isAsync }) =>
            isAsync ? { msgToken: '78' } : { ...this.deviceAnswer, msgToken: '78', outputParams: '{"text":"hello"}' },
        }),
        this.serve(services.desired, {
          read: async () => ({ list: this.desired.list }),
          set: async () => this.desired,
          delete: async () => ({ versions: this.desired.versions }),
        }),
        this.serve(services.shadow, {
          read: async () => this.shadow,
          update: async () => this.shadow.set,
          delete: async () => ({}),
        }),
        this.serve(services.protocolManage, {
          protocolInfoIndex: async () => ({
            list: [{ code: 'aliyunMqtt', name: '阿里Alink协议-mqtt', etcdKey: this.nodeKey }],
            total: 1,
          }),
          protocolServiceIndex: async () => ({ list: this.protocolInstances, total: this.protocolInstances.length }),
        }),
        this.serve(services.topics, {
          topicClassIndex: async () => ({ list: this.topics.classes, definedOnly: this.topics.definedOnly }),
          topicClassCreate: async () => ({}),
          topicClassUpdate: async () => ({}),
          topicClassDelete: async () => ({}),
          topicAccessUpdate: async () => ({}),
          forwardRuleIndex: async () => ({ list: this.topics.rules }),
          forwardRuleCreate: async ({ productID }) => ({ productID, id: 3 }),
          forwardRuleUpdate: async () => ({}),
          forwardRuleDelete: async () => ({}),
          rrpc: async () => ({ payload: Buffer.from(this.rrpcAnswer), messageID: '12345678' }),
          broadcast: async () => this.broadcast,
        }),
        this.serve(services.deviceJobs, {
          jobCreate: async () => ({ jobID: 12 }),
          jobIndex: async (paging) => pageOf(this.deviceJobs.jobs, paging),
          jobRead: async () => this.deviceJobs.jobs[0] ?? {},
          jobCancel: async () => ({ cancelled: 2 }),
          jobRemove: async () => ({}),
          taskIndex: async (paging) => pageOf(this.deviceJobs.tasks, paging),
        }),
        this.serve(services.status, { statusRead: async () => this.status }),
        this.serve(services.timedManage, {
          TaskInfoCreate: async (task) => {
            if (task.cronExpr === 'bad') throw new RpcError(Code.parameter, 'cronExpr: has no fields');
            this.tasks.set(`${task.groupCode}/${task.code}`, { ...task, status: '1' } as never);
            return {};
          },
          TaskInfoRead: async ({ groupCode, code }) => {
            const task = this.tasks.get(`${groupCode}/${code}`);
            if (!task) throw new RpcError(Code.notFound, `task ${code} does not exist`);
            return task;
          },
          TaskInfoIndex: async () => ({ list: [...this.tasks.values()], total: this.tasks.size }),
          TaskInfoDelete: async ({ groupCode, code }) => {
            this.tasks.delete(`${groupCode}/${code}`);
            return {};
          },
          TaskSend: async () => ({ taskID: 'task-1' }),
        }),
      ],
    });
  }

  async stop(): Promise<void> {
    await this.server?.stop();
  }

  /** Ids of the versions of one configuration, oldest first: their places, from 1. */
  private versionsOf(productID: string, deviceName: string): number[] {
    return this.configurations.flatMap((each, at) =>
      each.productID === productID && each.deviceName === deviceName ? [at + 1] : [],
    );
  }

  private configuration(configId: number) {
    const { productID, deviceName, content } = this.configurations[configId - 1]!;
    const sign = createHash('sha256').update(content).digest('hex');
    return {
      configId,
      productID,
      deviceName,
      content,
      size: Buffer.byteLength(content),
      sign,
      createdTime: 1_700_000_000,
    };
  }

  private serve<S extends Service>(service: S, handlers: Partial<Handlers<S>>) {
    const given = handlers as Record<string, Handler>;
    const all = Object.keys(service.definition).map((method): [string, Handler] => [
      method,
      async (request, context) => {
        this.requests[method] = request;
        const calls = (this.calls[method] = (this.calls[method] ?? 0) + 1);
        if (calls >= (this.failures[method] ?? Infinity)) throw new RpcError(Code.database, 'the disk is full');
        const handler = given[method];
        if (!handler) throw new RpcError(Code.notImplemented, `${method} is not offered here`);
        return handler(request, context);
      },
    ]);
    return serve(service, Object.fromEntries(all) as Handlers<S>);
  }

  /** The device's answer to a command that has no other. */
  private obeyed() {
    const { code, msg } = this.deviceAnswer;
    if (code !== Code.ok) throw new RpcError(code, msg);
    return {};
  }

  private withGateway<D extends Device>(device: D) {
    const gateway = this.topology.gatewayOf(device);
    return { ...device, Gateway: gateway ? this.devices.get(keyOf(gateway)) : null };
  }

  /** What becomes of a command to one of many devices: those whose names begin with `off` are away. */
  private fateOf(deviceName: string) {
    const isAway = deviceName.startsWith('off');
    return isAway
      ? { sysCode: Code.deviceOffline, sysMsg: 'the device is offline' }
      : { sysCode: Code.ok, sysMsg: 'success' };
  }

  /** @param code of the refusal: that of a read unless a change says another */
  private product(productID: string, code: number = Code.notFound) {
    const product = this.products.get(productID);
    if (!product) throw new RpcError(code, `productID ${productID} does not exist`);
    return product;
  }

  private device(productID: string, deviceName: string, code: number = Code.notFound) {
    const device = this.devices.get(`${productID}/${deviceName}`);
    if (!device) throw new RpcError(code, `device ${deviceName} of ${productID} does not exist`);
    return device;
  }
}
