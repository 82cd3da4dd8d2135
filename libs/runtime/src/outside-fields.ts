/** Variables that say where etcd, NATS and PostgreSQL are, and how they are reached; the libs beside read them. */
import type { z } from 'zod';
import { hostList, secret, text, url } from './config-fields';

/** `@alink/discovery` reads them. */
export const etcdFields = {
  /** With `https://` before each, or a CA file, over TLS. */
  ETCD_HOSTS: hostList('127.0.0.1:2379'),
  /** Authorities (PEM) that sign etcd's certificates; without it those of the system. */
  ETCD_CA_FILE: text('a file').optional(),
  /** Certificate chain and key (PEM) to show to etcd. */
  ETCD_CERT_FILE: text('a file').optional(),
  ETCD_KEY_FILE: text('a file').optional(),
  /** User and password, where etcd has its authentication enabled. */
  ETCD_USER: text('a user of etcd').optional(),
  ETCD_PASSWORD: secret("the user's password").optional(),
};

/** `@alink/bus` reads them. */
export const natsFields = {
  /** `tls://` is spoken over TLS or not at all. */
  NATS_URL: url(['nats', 'tls'], { many: true }).default('nats://127.0.0.1:4222'),
  /** Authorities (PEM) that sign NATS' certificates; with it TLS is asked for, whatever the scheme. */
  NATS_CA_FILE: text('a file').optional(),
  /** Certificate chain and key (PEM) to show to NATS; with them TLS is asked for, whatever the scheme. */
  NATS_CERT_FILE: text('a file').optional(),
  NATS_KEY_FILE: text('a file').optional(),
};

type Output<T extends Readonly<Record<string, z.ZodType>>> = { readonly [K in keyof T]?: z.output<T[K]> };

export type EtcdConfig = Omit<Output<typeof etcdFields>, 'ETCD_HOSTS'> & { readonly ETCD_HOSTS: readonly string[] };
export type NatsConfig = Omit<Output<typeof natsFields>, 'NATS_URL'> & { readonly NATS_URL: string };
