export { MAX_CLIENT_ID_LENGTH, parseClientId, type AuthType, type ParsedClientId } from './client-id';
export { clientIdContent, dynregContent, signedContents } from './content';
export { deviceCredentials, type CredentialOptions, type Credentials } from './credentials';
export { claimedFile, fileTokenEnd, maskFileTokens, readFileToken, signFileToken } from './file-token';
export {
  hashToken,
  IOT_TOKEN_LIFETIME_MS,
  makeClientId,
  makeDeviceToken,
  makeIotId,
  makeIotToken,
  MAX_DEVICE_TOKENS,
  MAX_IOT_TOKENS,
  randomLettersAndDigits,
  type TokenHash,
} from './issued-tokens';
export {
  autoLogin,
  certificateLogin,
  iotTokenLogin,
  registrationLogin,
  secretLogin,
  tokenLogin,
  type Login,
  type Signer,
} from './logins';
export { sign, verifyPassword, type PasswordCheck } from './password';
export { DEFAULT_SIGN_METHOD, parseSignMethod, type SignMethod } from './sign-method';
export {
  subDeviceContent,
  verifySubDevice,
  verifySubDeviceOfProduct,
  type SubDeviceCheck,
  type SubDeviceProductSignature,
  type SubDeviceSignature,
} from './sub-device';
export {
  DEVICE_NAME_RULE,
  formatUsername,
  isDeviceIdentity,
  isDeviceName,
  isProductKey,
  parseUsername,
  type DeviceIdentity,
} from './username';
export { loginOf, type Way } from './ways';
