import { projectConfig } from './jest-preset.mjs';

export default projectConfig('tools', { testMatch: ['<rootDir>/**/*.spec.mjs'] });
