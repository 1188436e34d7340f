import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { type Actions, ActionsContext } from '../../../../renderer/conversation/actions.ts';
import { MessageText } from '../../../../renderer/conversation/message/MessageText.tsx';
import { ProgramContext } from '../../../../renderer/store/hooks.ts';
import { ALICE, ok, openProgram, ScriptedBridge } from '../../scripted-bridge.tsx';

async function show(text: string, isRequest = false) {
  const bridge = new ScriptedBridge().reply('link.open', () => ok(null));
  const program = await openProgram(bridge);
  const actions = { account: ALICE, name: 'Bob', isRequest } as Actions;
  const { container } = render(
    <ProgramContext value={program}>
      <ActionsContext value={actions}>
        <MessageText text={text} />
      </ActionsContext>
    </ProgramContext>,
  );
  return { bridge, container, program };
}

describe('what was typed', () => {
  test('is shown with its marks as what they mean', async () => {
    const { container } = await show('a **b** _c_ `d`\n> q\n- one\n3. three\n```\ncode\n```');
    expect(container.querySelector('strong')?.textContent).toBe('b');
    expect(container.querySelector('em')?.textContent).toBe('c');
    expect(container.querySelector('p code')?.textContent).toBe('d');
    expect(container.querySelector('blockquote')?.textContent).toBe('q');
    expect([...container.querySelectorAll('li')].map(({ textContent }) => textContent)).toEqual([
      '•one',
      '3.three',
    ]);
    expect(container.querySelector('pre')?.textContent).toBe('code');
  });

  test('is never markup', async () => {
    const text = '<img src=x onerror=alert(1)> <b>b</b> <script>1</script> &lt; [x](javascript:alert(1))';
    const { container } = await show(text);
    expect(container.textContent).toBe(text);
    expect(container.querySelector('img, b, script, a')).toBeNull();
  });

  test('of a thousand lines shows its beginning until it is asked for', async () => {
    const { container } = await show(Array.from({ length: 1000 }, (_, line) => `line ${line}`).join('\n'));
    expect(container.textContent).not.toContain('line 999');
    await userEvent.click(screen.getByRole('button', { name: 'Show all' }));
    expect(container.textContent).toContain('line 999');
  });
});

describe('links', () => {
  test('open outside, and say where they go when their name does not', async () => {
    const { bridge, container } = await show('https://a.example/x and [here](https://b.example/y)');
    expect(container.textContent).toBe('https://a.example/x and here (https://b.example/y)');
    await userEvent.click(screen.getByRole('link', { name: 'here' }));
    expect(bridge.requests('link.open')).toEqual([{ url: 'https://b.example/y' }]);
  });

  test('to a person open the conversation', async () => {
    const { program } = await show('impp://b.example/bob');
    await userEvent.click(screen.getByRole('link'));
    expect(program.view.getState().page).toMatchObject({
      type: 'conversation',
      peer: 'impp://b.example/bob',
    });
  });

  test('of somebody who is not accepted are text', async () => {
    const { container } = await show('https://a.example/ and [here](https://b.example/)', true);
    expect(container.querySelector('a')).toBeNull();
    expect(container.textContent).toBe('https://a.example/ and here (https://b.example/)');
  });
});
