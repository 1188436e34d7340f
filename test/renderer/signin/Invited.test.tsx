import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { App } from '../../../renderer/App.tsx';
import type { DomainFacts } from '../../../shared/model.ts';
import { account, ALICE, ok, refused, ScriptedBridge, show, snapshot } from '../scripted-bridge.tsx';

const LINK = 'impp://c.example/?invite=AbC-_123&contact=bob@c.example';
const CAROL = 'impp://c.example/carol';
const NOT_IN_ORDER = /This invitation link is not in order, so nothing was done with it/;

const facts: DomainFacts = {
  domain: 'c.example',
  server: 'im.c.example:2779',
  isPrivate: true,
  registration: 'invite',
  policy: [],
};

const bridgeWith = (part: Parameters<typeof snapshot>[0]): ScriptedBridge =>
  new ScriptedBridge(snapshot(part))
    .reply('domain.look', () => ok(facts))
    .reply('window.attend', () => ok(null))
    .reply('account.create', () => ok(CAROL));

const sent = (bridge: ScriptedBridge): string[] =>
  bridge.calls.map(({ command }) => command).filter((command) => /^(domain|account)\./.test(command));

const name = (): HTMLElement => screen.getByRole('textbox', { name: 'Your name at c.example' });

describe('without an account', () => {
  test.each([
    [
      'opened',
      (bridge: ScriptedBridge) => {
        bridge.lead({ type: 'invitation', link: LINK });
        return Promise.resolve();
      },
    ],
    [
      'pasted',
      async () => {
        screen.getByRole('textbox', { name: 'Address' }).focus();
        await userEvent.paste(`  ${LINK}\n`);
      },
    ],
  ])(
    'a link that is %s asks for a name and a password, and nothing of anybody before',
    async (_how, give) => {
      const bridge = bridgeWith({ accounts: [] });
      const { program } = await show(bridge, <App />);
      await screen.findByRole('textbox', { name: 'Address' });
      await give(bridge);
      await screen.findByRole('heading', { name: 'You are invited to c.example' });
      screen.getByText('You will talk with bob@c.example first, and ask to see whether they are there.');
      expect(document.activeElement).toBe(name());
      expect(sent(bridge)).toEqual([]);
      await userEvent.keyboard('carol');
      screen.getByText('Your address will be carol@c.example');
      await userEvent.type(screen.getByLabelText('Password'), 'secret{Enter}');
      await waitFor(() => expect(program.view.getState().page.type).toBe('conversation'));
      expect(bridge.requests('account.create')).toEqual([
        {
          address: 'carol@c.example',
          password: 'secret',
          remember: true,
          invite: 'AbC-_123',
          contact: 'impp://c.example/bob',
        },
      ]);
      expect(program.view.getState().page).toMatchObject({ account: CAROL, peer: 'impp://c.example/bob' });
    },
  );

  test('what the last run left unfinished begins where it ended', async () => {
    const opening = { type: 'invitation', link: LINK, user: 'carol' } as const;
    await show(bridgeWith({ accounts: [], opening }), <App />);
    await screen.findByRole('heading', { name: 'You are invited to c.example' });
    expect((name() as HTMLInputElement).value).toBe('carol');
  });

  test('a name that is taken is said, and another one can be chosen', async () => {
    const bridge = bridgeWith({ accounts: [] }).reply('account.create', () => refused('conflict'));
    await show(bridge, <App />);
    bridge.lead({ type: 'invitation', link: LINK });
    await userEvent.type(await screen.findByLabelText('Your name at c.example'), 'carol');
    await userEvent.type(screen.getByLabelText('Password'), 'secret{Enter}');
    await screen.findByText(/taken/);
    expect(screen.queryByRole('heading', { name: 'You are invited to c.example' })).not.toBeNull();
  });

  test('who has an account there signs in with it', async () => {
    const bridge = bridgeWith({ accounts: [] }).reply('account.signIn', () => ok(CAROL));
    await show(bridge, <App />);
    bridge.lead({ type: 'invitation', link: LINK });
    await userEvent.type(await screen.findByLabelText('Your name at c.example'), 'carol');
    await userEvent.click(screen.getByRole('button', { name: 'Use it instead' }));
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Address' }).value).toBe('carol@c.example');
  });

  test.each([
    ['HTML', 'impp://c.example/?invite=<img>', NOT_IN_ORDER],
    ['a line end', 'impp://c.example/?invite=a%0D%0Ab', NOT_IN_ORDER],
    ['too much', `impp://c.example/?invite=${'a'.repeat(3000)}`, NOT_IN_ORDER],
    ['a contact of another domain', `${LINK.split('&')[0]}&contact=eve@d.example`, /not of its own domain/],
  ])('a link with %s is refused with a sentence, and nothing is sent', async (_what, link, sentence) => {
    const bridge = bridgeWith({ accounts: [] });
    await show(bridge, <App />);
    await screen.findByRole('textbox', { name: 'Address' });
    bridge.lead({ type: 'invitation', link });
    await screen.findByText(sentence);
    expect(sent(bridge)).toEqual([]);
  });
});

describe('with an account', () => {
  test('nothing happens before one goes on, and then the same form adds another account', async () => {
    const bridge = bridgeWith({ accounts: [account()] }).reply('account.keeping', () => ok(null));
    const { program } = await show(bridge, <App />);
    bridge.lead({ type: 'invitation', link: LINK });
    await screen.findByRole('dialog', { name: 'Create an account at c.example?' });
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(program.view.getState().page.type).toBe('home');
    bridge.lead({ type: 'invitation', link: LINK });
    await userEvent.click(await screen.findByRole('button', { name: 'Go on' }));
    expect(sent(bridge)).toEqual([]);
    await screen.findByRole('heading', { name: 'You are invited to c.example' });
    await userEvent.type(name(), 'carol');
    await userEvent.type(screen.getByLabelText('Password'), 'secret{Enter}');
    await waitFor(() =>
      expect(program.view.getState().page).toMatchObject({ account: CAROL, peer: 'impp://c.example/bob' }),
    );
  });

  test('a link that is not in order is said to be none', async () => {
    const bridge = bridgeWith({ accounts: [account()] });
    await show(bridge, <App />);
    bridge.lead({ type: 'invitation', link: 'impp://c.example/?invite=' });
    await screen.findByRole('alertdialog', { name: 'This invitation cannot be used' });
    screen.getByText(NOT_IN_ORDER);
    await userEvent.click(screen.getByRole('button', { name: 'Close' }));
    expect(sent(bridge)).toEqual([]);
  });

  test('another link in the midst of one is another form', async () => {
    const bridge = bridgeWith({ accounts: [] });
    await show(bridge, <App />);
    bridge.lead({ type: 'invitation', link: LINK });
    await userEvent.type(await screen.findByLabelText('Your name at c.example'), 'carol');
    bridge.lead({ type: 'invitation', link: 'impp://d.example/?invite=x' });
    await screen.findByRole('heading', { name: 'You are invited to d.example' });
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Your name at d.example' }).value).toBe('');
  });
});

test('what the domain keeps stands with the account, and before it is full what comes then', async () => {
  const bridge = bridgeWith({
    accounts: [account({ keeping: { days: 30, quota: 100e6, used: 3.1e6 } })],
  }).reply('account.keeping', () => ok(null));
  const { program } = await show(bridge, <App />);
  program.view.getState().open({ type: 'settings', pane: 'accounts' });
  await screen.findByText('a.example keeps messages for 30 days; 3.1 MB of 100 MB used');
  expect(bridge.requests('account.keeping')).toEqual([{ account: ALICE }]);
  bridge.emit({ type: 'account', account: account({ keeping: { days: 1, quota: 100e6, used: 91e6 } }) });
  await screen.findByText(
    /keeps messages for 1 day; 91 MB of 100 MB used\. When it is full, .* lets the oldest go/,
  );
});
