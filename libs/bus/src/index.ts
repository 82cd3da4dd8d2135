export {
  BusDownError,
  BusTimeoutError,
  NoListenerError,
  StreamFullError,
  type Bus,
  type BusMessage,
  type ConsumeOptions,
  type Consumer,
  type KeptMessage,
  type StreamFacts,
  type Subscription,
} from './bus';
export type { Log } from './log';
export { createMemoryBus, type MemoryBusOptions } from './memory-bus';
export { connectNats, type NatsBusOptions } from './nats-bus';
export { natsSettings, type NatsSettings } from './nats-settings';
