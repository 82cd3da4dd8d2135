/** The files in deploy/, held against the code. `npm run test:release` builds and runs the images. */
import { dmConfigSchema } from '@alink/app-dm-rpc/config';
import { nodeConfigSchema } from '@alink/app-protocol-aliyun-mqtt/config';
import { timedjobSchema } from '@alink/app-timedjob-rpc/config';
import { services } from '@alink/contract';
import { serve, startRpcServer } from '@alink/rpc';
import { createLogger, loadConfig } from '@alink/runtime';
import { eventually, freePort, spawnProgram } from '@alink/testing';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';

const root = join(import.meta.dirname, '../../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

interface ComposeService {
  readonly container_name: string;
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly target: string };
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly mem_limit?: string;
  readonly logging?: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly command?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: object;
  readonly volumes?: readonly string[];
}
interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: object;
}

const compose = parse(read('deploy/docker-compose.yml'), { merge: true }) as Compose;
const example = Object.fromEntries(
  [...read('deploy/.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, key, value]) => [key, value] as const),
) as Record<string, string>;

/** Fills `${NAME:-default}` and `${NAME:?why}` as Docker Compose does. */
const interpolate = (text: string, env: Readonly<Record<string, string>>): string =>
  text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_all, name: string, kind?: string, rest?: string) => {
    if (env[name]) return env[name];
    if (kind === '?') throw new Error(`${name}: ${rest}`);
    return rest ?? '';
  });

const apps: { name: string; schema: z.ZodObject; ports: readonly string[]; health: string }[] = [
  {
    name: 'protocol-aliyun-mqtt',
    schema: nodeConfigSchema,
    ports: ['MQTT_PORT', 'MQTT_TLS_PORT', 'MQTT_WS_PORT', 'GATEWAY_GRPC_PORT', 'GATEWAY_HTTP_PORT'],
    health: 'GATEWAY_GRPC_PORT',
  },
  { name: 'dm-rpc', schema: dmConfigSchema, ports: ['DM_GRPC_PORT'], health: 'DM_GRPC_PORT' },
  { name: 'timedjob-rpc', schema: timedjobSchema, ports: ['TIMEDJOB_GRPC_PORT'], health: 'TIMEDJOB_GRPC_PORT' },
];

const defaultPort = (schema: z.ZodObject, variable: string): string =>
  String((schema.shape[variable] as z.ZodType).parse(undefined));

const filled = { ...example, POSTGRES_PASSWORD: 'x'.repeat(24), SECRET_KEY: '0'.repeat(64) };

/** The lines of a stage of the Dockerfile. */
const stage = (name: string): string => {
  const stages = read('deploy/Dockerfile').split(/^(?=FROM )/m);
  return stages.find((text) => new RegExp(`^FROM .* AS ${name}\n`).test(text)) ?? '';
};

describe.each(apps)('$name', ({ name, schema, ports, health }) => {
  const service = compose.services[name] as ComposeService;
  const image = stage(name);

  test('has its name and its image', () => {
    expect(service.container_name).toBe(name);
    expect(service.build).toEqual({ context: '..', dockerfile: 'deploy/Dockerfile', target: name });
    expect(image).toMatch(/^FROM service AS /);
    expect(image).toContain(`CMD ["node", "--enable-source-maps", "dist/apps/${name}/main.mjs"]`);
  });

  test('may write nowhere but where it must, and has no capability', () => {
    const { read_only, tmpfs, cap_drop, security_opt } = service;
    expect({ read_only, tmpfs, cap_drop, security_opt }).toEqual({
      read_only: true,
      tmpfs: ['/tmp'],
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });

  test('gets nothing that it does not know, and all that it needs', () => {
    const environment = Object.entries(service.environment ?? {});
    expect(Object.keys(schema.shape)).toEqual(expect.arrayContaining(environment.map(([key]) => key)));
    const values = environment.map(([key, value]) => [key, interpolate(value, filled)] as const);
    expect(() => loadConfig(schema, Object.fromEntries(values))).not.toThrow();
  });

  test('publishes its ports, movable from the .env file', () => {
    const numbers = ports.map((variable) => defaultPort(schema, variable));
    expect(image).toContain(`\nEXPOSE ${numbers.join(' ')}\n`);
    const published = (service.ports ?? []).map((text) => interpolate(text, {}).split(':').slice(-2).join(':'));
    expect(published).toEqual(numbers.map((number) => `${number}:${number}`));
    for (const variable of ports) expect(example[variable]).toBe(defaultPort(schema, variable));
  });

  test('asks itself for its health at its own port', () => {
    const check = `CMD ["node", "deploy/health.mjs", "${health}", "${defaultPort(schema, health)}"]`;
    expect(image).toContain(check);
  });
});

test('images are run by a plain user, on the LTS of Node.js', () => {
  expect(stage('service')).toContain('\nUSER node\n');
  expect(read('deploy/Dockerfile')).toContain('\nARG NODE_IMAGE=node:24-slim\n');
});

test('no container fills the disk with its log, or takes the memory of the others', () => {
  for (const [name, { logging, mem_limit }] of Object.entries(compose.services)) {
    const bounded = { driver: 'json-file', options: { 'max-size': '20m', 'max-file': '5' } };
    expect({ name, logging }).toEqual({ name, logging: bounded });
    expect(interpolate(mem_limit ?? '', {})).toMatch(/^\d+[mg]$/);
    expect(interpolate(mem_limit ?? '', example)).toBe(interpolate(mem_limit ?? '', {}));
  }
});

describe('the servers beside them', () => {
  test('have the container names of the manual, a volume and a health check', () => {
    for (const name of ['saas-etcd', 'nats', 'postgres']) {
      const service = compose.services[name];
      expect(service?.container_name).toBe(name);
      expect(service?.healthcheck).toBeDefined();
      expect(Object.keys(compose.volumes)).toContain(service?.volumes?.[0]?.split(':')[0]);
    }
    expect(compose.services.nats?.command).toContain('--jetstream');
  });

  test('are awaited by whoever needs them', () => {
    for (const { name } of apps) {
      for (const [needed, { condition }] of Object.entries(compose.services[name]?.depends_on ?? {})) {
        expect(Object.keys(compose.services)).toContain(needed);
        expect(condition).toBe('service_healthy');
      }
    }
    expect(Object.keys(compose.services['protocol-aliyun-mqtt']?.depends_on ?? {})).toEqual(
      expect.arrayContaining(['dm-rpc', 'timedjob-rpc', 'saas-etcd', 'nats']),
    );
  });
});

describe('secrets', () => {
  test('have no value in the example, and compose refuses to start without them', () => {
    expect(example).toMatchObject({ POSTGRES_PASSWORD: '', SECRET_KEY: '' });
    const environment = compose.services['dm-rpc']?.environment ?? {};
    expect(() => Object.values(environment).map((value) => interpolate(value, example))).toThrow(
      /set it in deploy\/\.env/,
    );
  });

  test('stay out of git and out of images', () => {
    expect(read('.gitignore').split('\n')).toContain('.env');
    expect(read('.dockerignore').split('\n')).toContain('deploy/.env');
  });
});

describe('health.mjs', () => {
  const ask = (port: number) =>
    spawnProgram(process.execPath, ['deploy/health.mjs', 'SOME_PORT', '1'], { SOME_PORT: String(port) }).exited;

  test('says yes while the app serves and no when it does not', async () => {
    const log = createLogger({ name: 'test', level: 'silent' });
    const handlers = Object.fromEntries(
      Object.keys(services.deviceAuth.definition).map((method) => [method, () => Promise.resolve({})]),
    ) as never;
    const server = await startRpcServer({
      host: '127.0.0.1',
      port: 0,
      services: [serve(services.deviceAuth, handlers)],
      log,
    });
    await eventually(async () => expect((await ask(server.port)).code).toBe(0));
    await server.stop();
    expect((await ask(await freePort())).code).toBe(1);
  });
});
