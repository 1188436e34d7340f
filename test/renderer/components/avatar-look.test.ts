import { expect, test } from 'vitest';
import { hueOf, initialsOf } from '../../../renderer/components/avatar-look.ts';

test.each([
  ['Ana Ferreira', 'AF'],
  ['Élodie', 'É'],
  ['Anna Maria von Trapp', 'AT'],
  ['田中 由紀', '田'],
  ['marek@dudek.example', 'M'],
  ['jo.doe@x.example', 'JD'],
  ['👩‍👩‍👧 family', '👩‍👩‍👧F'],
  ['', ''],
])('%s is %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

test('a hue is the same for an address, and spread over addresses', () => {
  expect(hueOf('impp://a.example/alice')).toBe(hueOf('impp://a.example/alice'));
  const hues = Array.from({ length: 60 }, (_, index) => Math.floor(hueOf(`impp://a.example/u${index}`) / 60));
  expect(new Set(hues).size).toBe(6);
});
