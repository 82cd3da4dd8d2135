/** An error as unitedrhino's services tell it; its codes and texts (unitedrhino, share: the texts of its error codes). */
import { status } from '@grpc/grpc-js';

const TEXTS = {
  100001: '其他错误',
  100006: '参数错误',
  100007: '系统错误',
  100008: '数据库错误',
  100009: '未查询到',
  100010: '参数重复',
  100012: '权限不足',
  100013: 'method不支持',
  100014: '参数的类型不对',
  100015: '参数的值超出范围',
  100018: '尚未实现',
  100019: '不为空',
  1000004: '账号或密码错误',
  2000001: '返回参数不对',
  2000002: '设备回复超时',
  2000003: '设备离线，请检查电源或设备',
  2000004: '设备回复错误',
  2000005: '设备已被绑定',
  2000006: '设备未绑定',
} as const;

export type RhinoCode = keyof typeof TEXTS;

export class RhinoError extends Error {
  override readonly name = 'RhinoError';

  /** @param details what it is about, a text each */
  constructor(
    readonly code: RhinoCode,
    readonly details: readonly string[] = [],
    message: string = TEXTS[code],
  ) {
    super(message);
  }

  /** Whatever was thrown; what nobody foresaw is "system error" with its text as the detail. */
  static from(thrown: unknown): RhinoError {
    return thrown instanceof RhinoError ? thrown : new RhinoError(100007, [String(thrown)]);
  }
}

/** The gRPC status: Unknown, with JSON as its message, in which there are no details where there are none to tell. */
export const toStatus = ({ code, message, details }: RhinoError): { code: status; details: string } => ({
  code: status.UNKNOWN,
  details: JSON.stringify({ code, msg: message, ...(details.length > 0 && { details }) }),
});
