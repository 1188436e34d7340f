import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { PersonField } from '../../../renderer/components/PersonField.tsx';

afterEach(cleanup);

test.each([
  ['has the focus where it is the first thing to be filled', { autoFocus: true }],
  ['leaves it where it was elsewhere', {}],
])('%s', (_, part) => {
  const nothing = (): void => {};
  render(
    <PersonField label="To" placeholder="" people={new Map()} onPick={nothing} onBad={nothing} {...part} />,
  );
  expect(document.activeElement === screen.getByRole('combobox', { name: 'To' })).toBe('autoFocus' in part);
});
