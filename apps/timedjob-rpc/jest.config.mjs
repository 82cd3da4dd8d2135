import { projectConfig } from '../../tools/jest-preset.mjs';

export default projectConfig('timedjob-rpc', {
  globalSetup: '<rootDir>/../../libs/testing/jest/shared-postgres-setup.mjs',
  globalTeardown: '<rootDir>/../../libs/testing/jest/shared-postgres-teardown.mjs',
});
