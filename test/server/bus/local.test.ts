import { createLocalBus } from '../../../server/bus/local.ts';
import { busContract } from './contract.ts';

busContract('local', () => {
  let failures = 0;
  const bus = createLocalBus({ error: () => void (failures += 1) });
  return Promise.resolve({ bus, failures: () => failures });
});
