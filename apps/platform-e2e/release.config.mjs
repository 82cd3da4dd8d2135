import { projectConfig } from '../../tools/jest-preset.mjs';

/** What `npm run test:release` runs, beside what it has built. */
export default projectConfig('release', { testMatch: ['<rootDir>/**/*.release.ts'] });
