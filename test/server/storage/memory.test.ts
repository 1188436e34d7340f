import { createMemoryStorage } from '../../../server/storage/memory.ts';
import { storageContract } from './contract.ts';

storageContract('memory', () => Promise.resolve(createMemoryStorage()));
