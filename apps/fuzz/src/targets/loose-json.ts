/** JSON as firmware writes it: the reader that makes strict JSON of it, held against JSON.parse. */
import { readPayloadJson, rewriteLooseJson } from '@alink/alink';
import { fuzzTarget, promise } from '../fuzz-target';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const isPlace = ({ at, what }: { readonly at: number; readonly what: string }, text: string): boolean =>
  at >= 0 && at <= text.length && /^[a-zA-Z0-9, ]+$/.test(what);

export const looseJsonTarget = fuzzTarget<{ text: string; commas: string }>({
  name: 'loose-json',
  seeds: [
    '{"id":"1","version":"1.0","params":{"Temp":25.5,"list":[1,{"a":null},true]},"method":"thing.event.property.post"}',
    "{'id':'1','params':{'LightSwitch':1,'note':'say \"hi\", it\\'s'},'method':'thing.event.property.post'}",
    '{id:007,params:{LED:+05,V:220.,T:-00.50e+3,},}',
    '{"a":"x\ty\r\nz","b":"\\u6e29\\n"}',
    '[{"attrKey":"a","attrValue":"} {"} {"attrKey":"b"}]',
    '{"a":nan,"b":.5,"c":0x1F}',
    '{__proto__:{a:1},"a":1,"a":2}',
    '',
  ].map((text) => ({ text, commas: '' })),
  words: ["'", '"', "\\'", '\\u', ',', ':', '+', '-', '0', '.', 'e', '{', '}', '[', ']', 'null', 'id', '\0', '\uFEFF'],
  check: ({ text, commas }) => {
    const options = { missingCommas: commas !== '', doubledCommas: commas !== '' };
    const { json, loose, expected } = rewriteLooseJson(text, options);
    if (isJson(text)) promise(json === text && !loose && !expected, 'strict JSON stays what it is');
    if (expected) promise(isPlace(expected, text), 'a refusal has a place, in plain words');
    else promise(isJson(json), 'what is read is strict JSON then');
    if (loose) promise(isPlace(loose, text), 'what is loose has a place, in plain words');
    promise(json.length <= 6 * text.length + 2, 'what comes out is bounded');

    const read = readPayloadJson(Buffer.from(text), options);
    promise((read.value === undefined) === (read.fault !== undefined), 'a payload has a value or a fault');
    for (const { detail = '' } of [...read.remarks, ...(read.fault ? [read.fault] : [])]) {
      promise(detail.length < 1000 && !/[\p{C}\u2028\u2029]/u.test(detail), 'a detail is one short line');
    }
    return `${isJson(text)} ${loose?.what} ${expected?.what.replace(/\d+/, '#')} ${read.remarks.length} ${read.fault?.code}`;
  },
});
