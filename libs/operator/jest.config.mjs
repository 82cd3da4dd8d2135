import { projectConfig } from '../../tools/jest-preset.mjs';

export default projectConfig('operator');
