// An ESLint rule: a test, a hook or a file that takes a time-out of its own says why, in a comment on the same line.

const withTimeOut = new Set(['test', 'it', 'beforeAll', 'beforeEach', 'afterAll', 'afterEach']);

/** The name that a call begins with: `test` of `test.each(...)(...)`. */
const firstName = (node) => {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'MemberExpression') return firstName(node.object);
  return node.type === 'CallExpression' ? firstName(node.callee) : undefined;
};

const isOfFile = ({ callee }) =>
  callee.type === 'MemberExpression' && callee.object.name === 'jest' && callee.property.name === 'setTimeout';

export default {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: { why: 'Say why it takes longer than others, in a comment on the same line.' },
  },
  create: ({ sourceCode, report }) => ({
    CallExpression: (node) => {
      const timeOut = node.arguments.at(-1);
      if (timeOut?.type !== 'Literal' || typeof timeOut.value !== 'number') return;
      if (!isOfFile(node) && !withTimeOut.has(firstName(node.callee))) return;
      const lines = [timeOut.loc.end.line, node.loc.end.line];
      const isBeside = ({ loc, range }) => range[0] > timeOut.range[1] && lines.includes(loc.start.line);
      if (!sourceCode.getAllComments().some(isBeside)) report({ node: timeOut, messageId: 'why' });
    },
  }),
};
