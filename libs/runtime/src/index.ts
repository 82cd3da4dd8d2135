// Made by their own files:
// config.ts     loadConfig(schema, env): frozen config; ConfigError with one clear line; describeConfig(): masked values
// logger.ts     createLogger({ name, level }): pino logger that redacts by field name
// lifecycle.ts  Lifecycle: ordered start and stop; runMain(): signals, exit codes
// metrics.ts    prom-client registry and helpers
// clock.ts      Clock { now(): number }
export {};
