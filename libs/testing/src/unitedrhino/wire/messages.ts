/** Types of messages as a server receives them: int64 is text, absent messages are null. */
import type { DmTypes, TimedjobTypes } from '@alink/contract';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

type Output<Definition> = Definition extends MessageTypeDefinition<infer _Input, infer Received> ? Received : never;

export type DmMessage<Name extends keyof DmTypes['dm']> = Output<DmTypes['dm'][Name]>;
export type TimedjobMessage<Name extends keyof TimedjobTypes['timedjob']> = Output<TimedjobTypes['timedjob'][Name]>;

/** Text of a wrapper that may be absent. */
export const wrapped = (value: string): { readonly value: string } => ({ value });
