import { act, cleanup, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, expect, test } from 'vitest';
import { later } from '../../renderer/later.tsx';

afterEach(cleanup);

function Field({ label }: { readonly label: string }) {
  const [id] = useState(() => crypto.randomUUID());
  return <input aria-label={label} data-id={id} />;
}

const idOf = (label: string): string | undefined => screen.getByLabelText(label).dataset['id'];

test('what came later keeps what was done with it when it is drawn again', async () => {
  const Later = later(() => Promise.resolve(Field));
  const { rerender } = await act(async () => render(<Later label="First" />));
  const id = idOf('First');
  rerender(<Later label="Again" />);
  expect(idOf('Again')).toBe(id);
});

test('what is shown once its file is here is there at once', async () => {
  const Later = later(() => Promise.resolve(Field));
  await act(async () => render(<Later label="First" />));
  render(<Later label="Second" />);
  expect(idOf('Second')).toBeDefined();
});
