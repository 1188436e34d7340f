// Which failures of making a package are the network's, and which are ours.

import { expect, test } from 'vitest';
import { whyNotHere } from '../../build/refused.mjs';

test.each([
  'getaddrinfo ENOTFOUND github.com',
  'Cannot download "https://github.com/x.7z", status code 403',
  'connect ECONNREFUSED 127.0.0.1:3128',
])('%s: the machine cannot, and that is said', (message) => {
  expect(whyNotHere(new Error(message))).toMatch(/could not be downloaded/);
});

test.each(['fpm exited with code 1', 'Unable to read header size', 'ENOENT: no such file or directory'])(
  '%s: that is a failure',
  (message) => {
    expect(whyNotHere(new Error(message))).toBeUndefined();
  },
);
