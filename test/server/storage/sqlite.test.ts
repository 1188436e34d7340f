import { join } from 'node:path';

import { openSqliteStorage } from '../../../server/storage/sqlite.ts';
import { storageContract } from './contract.ts';
import { temporaryFolders } from './folder.ts';

const folder = temporaryFolders();

storageContract('sqlite', () => openSqliteStorage(join(folder(), 'parley.sqlite')));
