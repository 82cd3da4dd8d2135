import { z } from 'zod';
import { loadConfig } from './config';
import { baseUrl } from './config-fields';

const schema = z.object({ FILES_BASE_URL: baseUrl().optional() });
const read = (text: string) => loadConfig(schema, { FILES_BASE_URL: text }).FILES_BASE_URL;

test.each([
  ['http://iot.example.com', 'http://iot.example.com'],
  ['https://iot.example.com:8443/', 'https://iot.example.com:8443'],
  ['http://10.0.0.1/alink//', 'http://10.0.0.1/alink'],
  ['', undefined],
])('%s', (text, value) => {
  expect(read(text)).toBe(value);
});

test.each([
  'iot.example.com',
  'ftp://iot.example.com',
  'http://',
  'http://u:p@iot',
  'http://iot/?a=1',
  'http://iot/#a',
])('%s is none to which paths can be added', (text) => {
  expect(() => read(text)).toThrow(/FILES_BASE_URL is .* must be a URL that starts with http/);
});
