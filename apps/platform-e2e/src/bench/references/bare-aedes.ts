/** The reference: aedes as it comes, which admits everybody and keeps nothing. */
import { Aedes } from 'aedes';
import { serveBroker } from './serve-broker';

export const runBareAedes = async (port: number): Promise<void> => serveBroker(await Aedes.createBroker(), port);
