/** The ways in by MQTT, each with the secrets that it takes. */
import {
  autoLogin,
  certificateLogin,
  iotTokenLogin,
  registrationLogin,
  secretLogin,
  tokenLogin,
  type Login,
  type Signer,
} from './logins';

export type Way =
  | { readonly mode: 'secret'; readonly deviceSecret: string }
  | { readonly mode: 'auto' | 'register' | 'regnwl'; readonly productSecret: string }
  | { readonly mode: 'connwl'; readonly clientId: string; readonly deviceToken: string }
  | { readonly mode: 'iotToken'; readonly iotId: string; readonly iotToken: string }
  | { readonly mode: 'x509' };

/** @param encrypted whether the connection is, which a login with the DeviceSecret says */
export const loginOf = (way: Way, signer: Signer, encrypted: boolean): Login => {
  switch (way.mode) {
    case 'secret':
      return secretLogin(signer, way.deviceSecret, encrypted);
    case 'auto':
      return autoLogin(signer, way.productSecret);
    case 'register':
    case 'regnwl':
      return registrationLogin(signer, way.productSecret, way.mode);
    case 'connwl':
      return tokenLogin(signer, way.clientId, way.deviceToken);
    case 'iotToken':
      return iotTokenLogin(signer, way.iotId, way.iotToken);
    case 'x509':
      return certificateLogin(signer);
  }
};
