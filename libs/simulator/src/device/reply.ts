/** What answers something that a device has sent. */
export interface Reply {
  /** By which it is known; replies about time and shadow have none, and say what they are. */
  readonly of: { readonly id: string } | { readonly kind: 'ntp' | 'shadow' };
  readonly code: number;
  readonly message: string;
}

/** Reads a reply; undefined for what is told unasked, and for what nobody can read. */
export const readReply = (topic: string, payload: Buffer): Reply | undefined => {
  if (topic.startsWith('/ext/ntp/')) return { of: { kind: 'ntp' }, code: 200, message: 'success' };
  const isShadow = topic.startsWith('/shadow/get/');
  if (!isShadow && !topic.endsWith('_reply')) return undefined;
  try {
    const body = JSON.parse(payload.toString()) as Record<string, unknown>;
    if (isShadow) return readShadow(body);
    const { id, code, message } = body;
    return { of: { id: String(id) }, code: Number(code), message: String(message ?? '') };
  } catch {
    return undefined;
  }
};

/** On one topic with the replies, the platform tells what is desired ("Device shadow"). */
const readShadow = ({ method, payload }: Record<string, unknown>): Reply | undefined => {
  if (method !== 'reply' || typeof payload !== 'object' || payload === null) return undefined;
  const { status, content = {} } = payload as { status?: string; content?: Record<string, unknown> };
  if (status === 'success') return { of: { kind: 'shadow' }, code: 200, message: status };
  return { of: { kind: 'shadow' }, code: Number(content['errorcode']), message: String(content['errormessage'] ?? '') };
};
