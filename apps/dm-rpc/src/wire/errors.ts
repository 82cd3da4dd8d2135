/** The errors that handlers answer with, and what the database says in their words. */
import { Code } from '@alink/contract';
import { Prisma } from '@alink/db';
import { badField as badParameter, RpcError } from '@alink/rpc';
import { ThingModelError } from '@alink/thing-model';
import type { DeviceCore } from '../device-core';

export { badParameter };

export const notFound = (what: string): RpcError => new RpcError(Code.notFound, `${what} does not exist`);
export const duplicate = (what: string): RpcError => new RpcError(Code.duplicate, `${what} exists already`);

export const noProduct = (productID: string): RpcError => notFound(`product ${productID}`);
export const noDevice = ({ productID, deviceName }: DeviceCore): RpcError =>
  notFound(`device ${deviceName} of product ${productID}`);

/**
 * What a change is about is not there: 100006 of the field that names it, as unitedrhino's dm answers where a read answers
 * 100009.
 */
const unknownName = (field: string, { message }: RpcError): RpcError =>
  new RpcError(Code.parameter, message, { details: [field] });

export const unknownProduct = (productID: string, field = 'productID'): RpcError =>
  unknownName(field, noProduct(productID));
export const unknownDevice = (device: DeviceCore): RpcError => unknownName('deviceName', noDevice(device));
export const unknownDefinition = (productID: string, identifier: string): RpcError =>
  unknownName('identifier', notFound(`definition ${identifier} of product ${productID}`));

const isKnown = (error: unknown, code: string): error is Prisma.PrismaClientKnownRequestError =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === code;

/** Codes: Prisma documentation, "Error message reference". */
export const isUniqueViolation = (error: unknown): boolean => isKnown(error, 'P2002');
export const isForeignKeyViolation = (error: unknown): boolean => isKnown(error, 'P2003');

/** True when a unique violation is about this column. */
export const violates = (error: unknown, column: string): boolean =>
  isKnown(error, 'P2002') && JSON.stringify(error.meta ?? {}).includes(column);

/** A fault in a thing model as 100006, naming the field of the request and the member in it. */
export const thingModelFault = (field: string, error: unknown): unknown =>
  error instanceof ThingModelError ? badParameter(error.path ? `${field}.${error.path}` : field, error.fault) : error;
