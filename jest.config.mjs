// One run over every project, as `npm test` does it; `nx test <project>` runs one of them.
import { readdirSync, existsSync } from 'node:fs';

const projects = ['apps', 'libs'].flatMap((dir) =>
  readdirSync(dir)
    .map((name) => `${dir}/${name}`)
    .filter((path) => existsSync(`${path}/jest.config.mjs`)),
);

export default { projects, testTimeout: 30_000 };
