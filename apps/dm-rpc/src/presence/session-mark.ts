/** Which session of a device it is: by this, whoever sends what waits for it knows whether that has been done in this session. */
import { Prisma } from '@alink/db';

/**
 * Of the row `d` of a device. Another one with every session, and when the same session turns out to live after it was
 * given up: what was sent before may have been lost.
 */
export const SESSION_MARK = Prisma.sql`concat_ws(':', d.session_stream, d.session_epoch,
  coalesce(extract(epoch FROM d.last_offline) * 1000, 0)::bigint)`;
