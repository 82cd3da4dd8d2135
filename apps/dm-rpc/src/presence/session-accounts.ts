/**
 * `alink.Presence`: a node's own account of its sessions, by their places in the stream. It heals what lost messages or a lapsed
 * lease have left wrong, and cannot undo what is known to have come later.
 */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../context';
import { requireDevice } from '../services/device-manage/device-record';
import { badParameter } from '../wire/errors';
import { requireText } from '../wire/fields';
import type { RequestOf } from '../wire/messages';
import { unixMilliseconds } from '../wire/times';
import type { PresenceNews } from './presence-news';
import { nameOf, type DevicePresence } from './presence-rows';
import { CORRECTED, type PresenceEvent, type SessionKey, type Via } from './presence-state';
import { applyPresenceBatch } from './presence-store';

type Methods = Handlers<typeof services.presence>;
type Account = RequestOf<typeof services.presence, 'account'>['sessions'][number];

/** Sessions in one call: one transaction writes them. */
const MAX_SESSIONS = 1000;

/** Behind everything in every stream: what an account says of an end is told after all of that session. */
const AT_LAST: SessionKey = { stream: Number.MAX_SAFE_INTEGER, epoch: Number.MAX_SAFE_INTEGER };

const wholeNumber = (field: string, text: string): number => {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw badParameter(field, 'must be a whole number');
  return number;
};

const keyOf = (field: string, place: Account['place']): SessionKey | undefined =>
  place
    ? {
        stream: wholeNumber(`${field}.stream`, place.stream),
        epoch: wholeNumber(`${field}.sequence`, place.sequence),
      }
    : undefined;

const viaOf = (field: string, { via, viaPlace }: Account): Via | null => {
  if (!via) return null;
  const gateway = nameOf(requireDevice(via, `${field}.via.`));
  return { gateway, session: keyOf(`${field}.viaPlace`, viaPlace) ?? null };
};

const eventOf = (account: Account, field: string, node: string, timestamp: number): PresenceEvent => {
  const key = keyOf(`${field}.place`, account.place);
  const connectedAt = unixMilliseconds(`${field}.connectedAt`, account.connectedAt);
  const { isOnline } = account;
  // Without its place it can only be told from others by its time.
  if (!key) return { kind: isOnline ? 'held' : 'notHeld', connectedAt, timestamp };
  if (isOnline) return { kind: 'holds', key, node, via: viaOf(field, account), connectedAt, timestamp };
  return { kind: 'disconnected', key: AT_LAST, ...key, reason: CORRECTED, timestamp };
};

export const sessionAccounts = ({ prisma, now }: DmContext, news: PresenceNews): Methods => ({
  async account({ node, sessions }) {
    requireText('node', node);
    if (sessions.length > MAX_SESSIONS) throw badParameter('sessions', `must have at most ${MAX_SESSIONS} entries`);
    const happened = sessions.map((account, i): DevicePresence => {
      const field = `sessions[${i}]`;
      return { ...requireDevice(account.device, `${field}.device.`), event: eventOf(account, field, node, now()) };
    });
    news.tell(await prisma.$transaction((tx) => applyPresenceBatch(tx, happened)));
    return {};
  },
});
