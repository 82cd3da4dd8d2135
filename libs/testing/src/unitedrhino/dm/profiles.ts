/** dm.DeviceManage: texts that others keep with a device, by codes of their own (unitedrhino, things: deviceProfile*). */
import type { Methods } from '../wire/rpc-server';
import type { DmContext } from './context';
import type { DeviceRef } from './state';

interface ProfileRef {
  readonly device: DeviceRef;
  readonly code: string;
}

export const profileMethods = ({ state }: DmContext): Methods[string] => ({
  /** An unknown code is an empty text. */
  deviceProfileRead: ({ device, code }: ProfileRef) => ({
    device,
    code,
    params: state.dataOf(device).profiles.get(code) ?? '',
  }),

  deviceProfileUpdate: ({ device, code, params }: ProfileRef & { readonly params: string }) => {
    state.dataOf(device).profiles.set(code, params);
    return {};
  },

  deviceProfileDelete: ({ device, code }: ProfileRef) => {
    state.dataOf(device).profiles.delete(code);
    return {};
  },

  deviceProfileIndex: ({ device, codes }: { readonly device: DeviceRef; readonly codes: readonly string[] }) => ({
    profiles: [...state.dataOf(device).profiles]
      .filter(([code]) => codes.length === 0 || codes.includes(code))
      .map(([code, params]) => ({ device, code, params })),
  }),
});
