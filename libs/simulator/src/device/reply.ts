/** What answers something that a device has sent. */
export type Reply =
  | { readonly id: string; readonly code: number; readonly message: string }
  /** Replies without an id: they say what they answer. */
  | { readonly id?: undefined; readonly kind: 'ntp' | 'shadow' };

/** Reads a reply; undefined for what is told unasked, and for what nobody can read. */
export const readReply = (topic: string, payload: Buffer): Reply | undefined => {
  if (topic.startsWith('/ext/ntp/')) return { kind: 'ntp' };
  const isShadow = topic.startsWith('/shadow/get/');
  if (!isShadow && !topic.endsWith('_reply')) return undefined;
  try {
    const { id, code, message, method } = JSON.parse(payload.toString()) as Record<string, unknown>;
    // On one topic with the replies, the platform tells what is desired ("Device shadow").
    if (isShadow) return method === 'control' ? undefined : { kind: 'shadow' };
    return { id: String(id), code: Number(code), message: typeof message === 'string' ? message : '' };
  } catch {
    return undefined;
  }
};
