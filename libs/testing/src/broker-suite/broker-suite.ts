/** What every broker that fills the node's port does, with real clients on a real port. */
import { connecting } from './connecting';
import { ending } from './ending';
import { keeping } from './keeping';
import { publishing } from './publishing';
import { sending } from './sending';
import { Stage, type BrokerUnderTest } from './stage';
import { subscribing } from './subscribing';

const chapters = { connecting, publishing, subscribing, sending, keeping, ending };

/** Defines the tests; called at the top of a spec. */
export const brokerSuite = (name: string, tested: BrokerUnderTest): void => {
  describe.each(Object.entries(chapters))(`${name}: %s`, (_chapter, define) => {
    define(new Stage(tested));
  });
};
