// Writes docs/alink.md, the topics of devices, from libs/alink/src/catalogue.ts.
//   node tools/alink-doc.mjs                    writes it
//   node tools/alink-doc.mjs --check [file]     exits with 1 when it, or the file, is not what would be written
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { loadCatalogue } from './alink-catalogue.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const page = join(root, 'docs/alink.md');

/** Families of topics, in the order in which people read them; the names stand where the family has them. */
const families = [
  {
    family: 'sys',
    title: '`/sys/{pk}/{dn}/...`',
    about:
      'System topics. What the platform asks or tells reaches the device without a `SUBSCRIBE`; answers to the device go to those that have subscribed them, or have `_ss=1` in their ClientID.',
  },
  { family: 'ext', title: '`/ext/...`', about: 'The time, sessions of sub-devices, and errors.' },
  { family: 'ota', title: '`/ota/device/...`', about: 'Firmware.' },
  { family: 'shadow', title: '`/shadow/...`', about: 'One document of reported and desired state.' },
  { family: 'custom', title: '`/{pk}/{dn}/user/...`', about: "Topics of users' own. A device must subscribe them." },
  { family: 'broadcast', title: '`/broadcast/{pk}/...`', about: 'Messages to all devices of a product.' },
  {
    family: 'connection',
    title: 'One connection',
    about: 'Pushed to the connection that registers or shows a certificate, without a `SUBSCRIBE`.',
  },
];

const isBytes = ({ body }) => body?.name === 'bytes';

const kindOf = (route) => {
  if (route.ask) return 'ask';
  if (route.report) return isBytes(route) && !route.notOffered ? 'bytes' : 'report';
  return route.topic.replyOn ? 'command' : 'notice';
};

/** Who answers, as things are. */
const answeredBy = (route) => {
  if (route.ask) return route.answeredBy;
  if (route.report) return route.topic.replyOn ? 'node' : '';
  return route.topic.replyOn ? 'device' : '';
};

const code = (text) => `\`${text}\``;
const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

const directions = { up: 'publishes', down: 'receives', both: 'both' };

const routeRow = (route, [own, reply]) => {
  const itself = route.topic.replyOn === 'itself' ? code(own.topic) : '';
  const answer = reply && (reply.topic === `${own.topic}_reply` ? '`.._reply`' : code(reply.topic));
  return [
    code(own.topic),
    directions[own.direction],
    own.meaning,
    kindOf(route),
    answer ?? itself,
    answeredBy(route),
    route.notOffered ? `no: ${route.notOffered}` : 'yes',
  ];
};

const render = ({ catalogue, topicsOfRoute, callTopicOfRoute }) => {
  const names = { productKey: '{pk}', deviceName: '{dn}' };
  const listed = catalogue.filter(({ topic }) => topic.listed !== false);
  const head = ['topic', 'device', 'meaning', 'kind', 'answer on', 'answered by', 'offered'];
  const sections = families.map(({ family, title, about }) => {
    const rows = listed
      .filter(({ topic }) => topic.family === family)
      .map((route) => routeRow(route, topicsOfRoute(route, names)));
    return `## ${title}\n\n${about}\n\n${table(head, rows)}`;
  });
  const calls = listed.flatMap((route) => callTopicOfRoute(route, names));
  return `# Topics

<!-- Made from libs/alink/src/catalogue.ts by "npm run docs:alink"; change it there. -->

Every topic of Alibaba Cloud IoT's device protocol that the platform knows, by family. \`{pk}\` is the ProductKey, \`{dn}\` the DeviceName;
other words in braces stand for what the device or the platform puts there. What devices may do beside publishing and receiving says
[protocol.md](protocol.md).

| kind | what it is |
|---|---|
| report | the device hands over or asks for something; it is checked, kept and answered at once |
| ask | the device asks for what somebody else must answer |
| bytes | the platform does not look into the payload; what a device publishes is kept for applications |
| command | the platform asks, the device answers |
| notice | the platform tells, nobody answers |

It is answered by the device, by the node that the device is connected to, or by dm, device management.

What is not offered is known all the same: a device that asks for it is answered 6831 once, so that it neither waits nor takes it for done
(Wi-Fi provisioning and local control, which SDKs repeat for ever until all is well: 200), and its log says so; what is sent to the device can be
sent as bytes (\`dm.DeviceInteract.sendMsg\`).

${sections.join('\n\n')}

## Synchronous calls

A device whose connection has bit 0 in \`ext\` of its ClientID is called on \`/ext/rrpc/{messageId}\` before the whole topic, and answers on the
same topic. Every topic that it receives below \`/sys/{pk}/{dn}/\` may be used so; these are meant for it:

${table(
  ['topic', 'meaning'],
  calls.map(({ topic, meaning }) => [code(topic), meaning]),
)}
`;
};

const write = async () => {
  const text = render(await loadCatalogue());
  return format(text, { ...(await resolveConfig(page)), parser: 'markdown' });
};

const [argument, file = page] = process.argv.slice(2);
const text = await write();
if (argument !== '--check') {
  writeFileSync(page, text);
} else if (readFileSync(file, 'utf8') !== text) {
  console.error('docs/alink.md is not what libs/alink/src/catalogue.ts makes of it; run: npm run docs:alink');
  process.exitCode = 1;
}
