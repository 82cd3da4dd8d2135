import { projectConfig } from '../../tools/jest-preset.mjs';

// Servers are started here, which takes its time on a busy machine.
export default projectConfig('rpc', { testTimeout: 120_000 });
