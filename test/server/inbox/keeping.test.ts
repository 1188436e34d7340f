import { expect, test } from 'vitest';

import { defaultConfig } from '../../../server/config.ts';
import { keepingOf } from '../../../server/inbox/keeping.ts';
import { createMemoryStorage } from '../../../server/storage/memory.ts';

test('a part of a day is told in whole seconds', async () => {
  const config = defaultConfig({ inbox: { retentionDays: 0.7 } });
  const [retention] = await keepingOf({ config, storage: createMemoryStorage() }, 'alice');
  expect(retention).toEqual(['X-Inbox-Retention', '60480']);
});
