import { Code, type Service, type UserContext } from '@alink/contract';
import type { Registry } from '@alink/discovery';
import type { Logger } from '@alink/runtime';
import { credentials, Client as GrpcClient, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import { channelCredentials } from './certificate-files';
import { ETCD_SCHEME, withSource } from './etcd-resolver';
import { InstanceSource } from './instance-source';
import { MAX_ANSWER_BYTES, MAX_REQUEST_BYTES, writeAnswerLimit } from './message-size';
import type { ClientSecurity } from './protection';
import { RpcError } from './rpc-error';
import { fromServiceError } from './status-mapping';
import type { CallOptions, Client } from './types';
import { encodeUser, ROOT_USER, writeUser } from './user-metadata';

export interface RpcChannelOptions {
  /** Where instances are looked up; needed for a target `etcd:///<service key>`. Stays open when the channel closes. */
  readonly registry?: Registry;
  readonly log?: Logger;
  /** Milliseconds that a call may take when it does not say itself (default 5000). */
  readonly deadlineMs?: number;
  /** What is trusted and shown; without it, neither TLS nor a token. */
  readonly security?: ClientSecurity;
  /** Whom calls are made for that do not say it themselves: root by default; null leaves it unsaid. */
  readonly user?: UserContext | null;
}

/** The way to one service, over as many connections as it has instances. */
export interface RpcChannel {
  readonly target: string;
  /** Methods of the service as functions: `channel.client(services.deviceManage).deviceInfoRead(...)`. */
  client<S extends Service>(service: S): Client<S>;
  /**
   * Resolves once a server is connected.
   * @throws {RpcError} `unavailable`, when none is within `timeoutMs`
   */
  ready(timeoutMs: number): Promise<void>;
  /** Ends it; calls under way fail. Idempotent. */
  close(): void;
}

const DEFAULT_DEADLINE_MS = 5000;

const CHANNEL_OPTIONS = {
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
  'grpc.max_receive_message_length': MAX_ANSWER_BYTES,
  'grpc.max_send_message_length': MAX_REQUEST_BYTES,
  // A server that vanished without a word is noticed while calls wait for it. Never without calls: servers in Go
  // close connections that are pinged idly.
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.keepalive_permit_without_calls': 0,
  // A server that was restarted is found again within about two seconds.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
};

/**
 * Opens the way to a service: at once, without waiting for a connection.
 * @param target `host:port`, or `etcd:///dm.rpc`, which follows the instances as they come and go: calls take turns
 *   among them, and wait until their deadline while none is known
 * @throws {StartError} when a file of the security cannot be used
 */
export const connectRpc = (target: string, options: RpcChannelOptions = {}): RpcChannel => {
  const { registry, log, security } = options;
  const service = target.startsWith(`${ETCD_SCHEME}:///`) ? target.slice(ETCD_SCHEME.length + 4) : undefined;
  if (service !== undefined && !registry) throw new TypeError(`target ${target} needs a registry`);
  const encrypted = security?.tls && channelCredentials(target, security.tls, log);
  const source = service !== undefined && registry ? new InstanceSource(service, registry, log) : undefined;
  return new GrpcRpcChannel(target, service ?? target, options, encrypted, source);
};

type AnyMethod = MethodDefinition<object, object>;
type Call = (request: object, options?: CallOptions) => Promise<object>;

class GrpcRpcChannel implements RpcChannel {
  private readonly grpc: GrpcClient;
  private readonly clients = new Map<string, unknown>();
  /** Encoded once: it goes with nearly every call. */
  private readonly user: string | undefined;
  private closed = false;

  constructor(
    readonly target: string,
    /** The target in words. */
    private readonly label: string,
    private readonly options: RpcChannelOptions,
    private readonly encrypted: ReturnType<typeof channelCredentials> | undefined,
    private readonly source: InstanceSource | undefined,
  ) {
    const { user = ROOT_USER } = options;
    this.user = user ? encodeUser(user) : undefined;
    const named = { ...CHANNEL_OPTIONS, ...encrypted?.options };
    this.grpc = new GrpcClient(
      target,
      encrypted?.credentials ?? credentials.createInsecure(),
      source ? withSource(named, source) : named,
    );
  }

  client<S extends Service>(service: S): Client<S> {
    let client = this.clients.get(service.name);
    if (!client) {
      const methods = Object.entries(service.definition as Record<string, AnyMethod>);
      const call = (method: AnyMethod): Call => {
        return (request, options) => this.call(method, request, options);
      };
      client = Object.fromEntries(methods.map(([name, method]) => [name, call(method)]));
      this.clients.set(service.name, client);
    }
    return client as Client<S>;
  }

  ready(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.closed) return reject(this.unavailable('channel is closed'));
      this.grpc.waitForReady(Date.now() + timeoutMs, (cause) =>
        cause ? reject(this.unavailable(`not reachable within ${timeoutMs / 1000} s`, cause)) : resolve(),
      );
    });
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.source?.close();
    this.encrypted?.stop();
    this.grpc.close();
  }

  private call(method: AnyMethod, request: object, options: CallOptions = {}): Promise<object> {
    const { deadlineMs = this.options.deadlineMs ?? DEFAULT_DEADLINE_MS } = options;
    const user = options.user ? encodeUser(options.user) : this.user;
    const { token } = this.options.security ?? {};
    return new Promise((resolve, reject) => {
      if (this.closed) return reject(this.unavailable('channel is closed'));
      const metadata = new Metadata({ waitForReady: this.nobodyKnown });
      writeAnswerLimit(metadata);
      if (user) writeUser(metadata, user);
      if (token) metadata.set('authorization', `Bearer ${token}`);
      const call = this.grpc.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        metadata,
        { deadline: Date.now() + deadlineMs },
        (error, response) => (error ? reject(this.errorOf(error, method.path)) : resolve(response ?? {})),
      );
      const { onTrailer } = options;
      if (onTrailer) call.on('status', (ended) => onTrailer(ended.metadata));
    });
  }

  private get nobodyKnown(): boolean {
    return this.source !== undefined && !this.source.addresses?.length;
  }

  private errorOf(error: ServiceError, path: string): RpcError {
    if (error.code === status.DEADLINE_EXCEEDED && this.nobodyKnown) {
      return this.unavailable('no instance is registered', error);
    }
    return fromServiceError(error, path, this.label);
  }

  private unavailable(why: string, cause?: unknown): RpcError {
    return new RpcError(Code.system, `${this.label}: ${why}`, { cause, unavailable: true });
  }
}
