/**
 * Why a password does not match, for the log of the person who has to mend it. It tries many keys and methods, and so
 * runs only after the answer: the device is told nothing of it, neither in words nor by the time.
 */
import { signedContents, verifyPassword, type SignMethod } from '@alink/signing';
import type { Attempt } from './attempt';

/** Hex digits of each method's HMAC. */
const hexLength: Record<SignMethod, number> = { hmacmd5: 32, hmacsha1: 40, hmacsha256: 64 };
const methods = Object.keys(hexLength) as SignMethod[];

/**
 * @param rightKey the secret that the declared mode asks for
 * @param otherKey the secret of the other mode, which people mix up with it
 * @returns the likeliest cause, in words, without any secret
 */
export const diagnoseSign = (attempt: Attempt, rightKey: string, otherKey: string | undefined): string => {
  const { clientId, identity, password } = attempt;
  const declared = clientId.signMethod as SignMethod;
  const contents = signedContents({ parsed: clientId, ...identity! });
  const matches = (method: SignMethod, key: string): boolean =>
    verifyPassword({ method, key, contents, password }) >= 0;

  if (otherKey && methods.some((method) => matches(method, otherKey))) {
    return clientId.securemode === '-2'
      ? 'signed with the DeviceSecret, but securemode=-2 asks for the ProductSecret'
      : 'signed with the ProductSecret, but this securemode asks for the DeviceSecret';
  }
  const used = methods.find((method) => matches(method, rightKey));
  if (used) return `signed with ${used}, but the ClientID says signmethod=${declared}`;
  if (password === '') return 'no password';
  if (!/^[0-9a-f]+$/i.test(password)) return 'the password is not the hex text of an HMAC';
  const byLength = methods.find((method) => hexLength[method] === password.length);
  if (!byLength) return `the password has ${password.length} hex digits; ${declared} gives ${hexLength[declared]}`;
  if (byLength !== declared) {
    return `the password has the length of ${byLength}, but the ClientID says signmethod=${declared}`;
  }
  // A short timestamp is none: firmware sends 10 or 789 and gets in, as long as it signs the text that it sends.
  return 'HMAC mismatch: the secret, or the signed content clientId{..}deviceName{..}productKey{..}timestamp{..}, is another one';
};
