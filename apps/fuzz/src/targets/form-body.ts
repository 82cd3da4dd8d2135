/** Bodies of registration requests. */
import { FormError, MAX_FORM_BYTES, MAX_FORM_FIELDS, readForm } from '@alink/app-protocol-aliyun-mqtt/parsers';
import { fuzzTarget, promise } from '../fuzz-target';
import { isPlainText } from '../plain-text';

const read = (body: Buffer): ReadonlyMap<string, string> | FormError => {
  try {
    return readForm(body);
  } catch (error) {
    if (!(error instanceof FormError)) throw error;
    return error;
  }
};

const signature = '4f8e2c5bd9ae9ae5b1a3dba1a32cd4c7';
const forms = [
  `productKey=a1X&deviceName=d1&random=8Ygb7ULYh53B6OA&sign=${signature}&signMethod=HmacMD5`,
  `productKey=a1X&deviceName=d1&signmethod=hmacsha256&sign=${signature}&version=default&clientId=a1X.d1&timestamp=2524608000000&resources=mqtt`,
  'a=b+c%20d&name=%E6%B8%A9%E5%BA%A6&=&&x',
];

export const formBodyTarget = fuzzTarget<{ body: Uint8Array }>({
  name: 'form-body',
  seeds: forms.map((form) => ({ body: Buffer.from(form) })),
  words: ['&', '=', '+', '%', '%00', '%ff', '%E6%B8%A9', '%u0041', 'sign=', '__proto__=', '?', '&&', '%26', '%3D', ';'],
  check: ({ body }) => {
    const form = read(Buffer.from(body));
    if (form instanceof FormError) {
      promise(/^[\x20-\x7e]{1,80}$/.test(form.message), 'a refusal is one short line');
      return form.message;
    }
    promise(body.length <= MAX_FORM_BYTES && form.size <= MAX_FORM_FIELDS, 'a form is bounded');
    for (const text of [...form].flat()) {
      promise(text.length <= body.length && isPlainText(text), 'a field is text');
    }
    const written = new URLSearchParams([...form]).toString();
    if (written.length <= MAX_FORM_BYTES) {
      const again = read(Buffer.from(written));
      promise(!(again instanceof FormError), 'a form that is written again is a form');
      promise(JSON.stringify([...again]) === JSON.stringify([...form]), 'a form survives');
    }
    return `${form.size} ${form.has('sign')} ${form.has('')}`;
  },
});
