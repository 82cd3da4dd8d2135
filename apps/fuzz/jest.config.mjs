import { projectConfig } from '../../tools/jest-preset.mjs';

export default projectConfig('fuzz', { testTimeout: 120_000 });
