/** The fields of a device's request for credentials: a form, or the JSON object that the Link SDK for C 4.x sends. */
import { readPayloadJson, type Problem } from '@alink/alink';
import { readForm } from './form-body';

export interface RequestFields {
  readonly fields: ReadonlyMap<string, string>;
  /** What is odd about them, though they could be read. No detail: the body may hold a signature. */
  readonly remarks: readonly Problem[];
}

/** Reads JSON as payloads are read. @returns undefined for what is neither a form nor a JSON object */
export const readRequestFields = (body: Buffer, contentType: string): RequestFields | undefined => {
  if (contentType.includes('json')) return readJson(body);
  try {
    return { fields: readForm(body), remarks: [] };
  } catch {
    return undefined;
  }
};

const readJson = (body: Buffer): RequestFields | undefined => {
  const { value, remarks } = readPayloadJson(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields = Object.entries(value)
    .filter(([, field]) => typeof field === 'string' || typeof field === 'number')
    .map(([name, field]): [string, string] => [name, String(field)]);
  return { fields: new Map(fields), remarks: remarks.map((remark) => ({ ...remark, detail: undefined })) };
};
