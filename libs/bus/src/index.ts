export {
  BusTimeoutError,
  NoListenerError,
  type Bus,
  type BusMessage,
  type ConsumeOptions,
  type Consumer,
  type KeptMessage,
  type Subscription,
} from './bus';
// Made by their own files: connectNats(options): Promise<Bus>, createMemoryBus(): Bus.
