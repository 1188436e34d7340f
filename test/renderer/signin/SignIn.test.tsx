import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { SignIn } from '../../../renderer/signin/SignIn.tsx';
import { wholeDomain } from '../../../renderer/signin/use-domain-look.ts';
import type { DomainFacts } from '../../../shared/model.ts';
import { account, ALICE, ok, refused, ScriptedBridge, show, snapshot } from '../scripted-bridge.tsx';

const facts = (part: Partial<DomainFacts> = {}): DomainFacts => ({
  domain: 'a.example',
  server: 'im.a.example:2779',
  isPrivate: true,
  registration: 'open',
  policy: [],
  ...part,
});

const bridgeWith = (part: Partial<DomainFacts> = {}): ScriptedBridge =>
  new ScriptedBridge(snapshot({ accounts: [] })).reply('domain.look', () => ok(facts(part)));

async function fill(address: string, password: string): Promise<void> {
  const user = userEvent.setup();
  await user.type(screen.getByRole('textbox', { name: 'Address' }), address);
  await user.type(screen.getByLabelText('Password'), password);
}

describe('signing in', () => {
  test('gives address, password and the wish to stay signed in', async () => {
    const bridge = bridgeWith().reply('account.signIn', () => ok(ALICE));
    let isDone = false;
    await show(
      bridge,
      <SignIn
        onDone={() => {
          isDone = true;
        }}
      />,
    );
    await fill(' alice@a.example ', 'secret');
    await userEvent.click(screen.getByRole('button', { name: 'Sign in' }));
    await waitFor(() => expect(isDone).toBe(true));
    expect(bridge.requests('account.signIn')).toEqual([
      { address: 'alice@a.example', password: 'secret', remember: true },
    ]);
    expect(screen.getByLabelText<HTMLInputElement>('Password').value).toBe('');
  });

  test('nothing is sent without address and password; focus goes to what is missing', async () => {
    const bridge = bridgeWith();
    await show(bridge, <SignIn />);
    await userEvent.type(screen.getByRole('textbox', { name: 'Address' }), 'alice@a.example');
    await userEvent.click(screen.getByRole('button', { name: 'Sign in' }));
    expect(bridge.requests('account.signIn')).toEqual([]);
    expect(document.activeElement).toBe(screen.getByLabelText('Password'));
  });

  test.each([
    [
      refused('authentication-failed'),
      'Address and password do not match. Check both and try again. If the password is lost, only the people who run a.example can set a new one.',
    ],
    [
      refused('domain-unknown', { domain: 'a.example' }),
      'There is no a.example, or it has no Parley service. Check the spelling, or give its server under Advanced.',
    ],
    [
      refused('certificate-refused', { domain: 'a.example', other: 'b.example' }),
      'The certificate names b.example, not a.example. Someone may be in between. Nothing was sent. Ask the people who run it, or use another network.',
    ],
    [
      refused('unreachable', { domain: 'a.example' }),
      'a.example cannot be reached. Check your connection, then try again.',
    ],
    [
      refused('weaker-mechanism', { domain: 'a.example' }),
      'a.example offers only a weaker way to sign in than last time. Someone may be in between, so your password was not sent.',
    ],
    [refused('invalid-address'), 'This is not an address. An address looks like name@domain.'],
  ])('each trouble has its own sentence: %j', async (answer, sentence) => {
    await show(
      bridgeWith().reply('account.signIn', () => answer),
      <SignIn />,
    );
    await fill('alice@a.example', 'wrong');
    await userEvent.click(screen.getByRole('button', { name: 'Sign in' }));
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toBe(sentence);
    expect(screen.getByLabelText<HTMLInputElement>('Password').value).toBe('wrong');
  });

  test('a server and a certificate authority are given under Advanced', async () => {
    const bridge = bridgeWith().reply('account.signIn', () => ok(ALICE));
    await show(bridge, <SignIn />);
    await fill('alice@a.example', 'secret');
    await userEvent.click(screen.getByRole('button', { name: 'Advanced' }));
    await userEvent.type(screen.getByRole('textbox', { name: 'Server' }), 'localhost:2779');
    const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    const input = document.querySelector<HTMLInputElement>('input[type=file]') as HTMLInputElement;
    fireEvent.change(input, { target: { files: [new File(['no certificate'], 'x.pem')] } });
    expect((await screen.findByRole('alert')).textContent).toBe(
      'This file holds no certificate in PEM form.',
    );
    fireEvent.change(input, { target: { files: [new File([pem], 'ca.pem')] } });
    await screen.findByText('ca.pem');
    await userEvent.click(screen.getByRole('button', { name: 'Sign in' }));
    await waitFor(() => expect(bridge.requests('account.signIn')).toHaveLength(1));
    expect(bridge.requests('account.signIn')[0]).toMatchObject({ server: 'localhost:2779', ca: pem });
  });

  test('through a proxy nobody is asked before it is said where, and then only that way', async () => {
    const bridge = bridgeWith().reply('account.signIn', () => ok(ALICE));
    await show(bridge, <SignIn />);
    await userEvent.click(screen.getByRole('button', { name: 'Advanced' }));
    await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Proxy' }), 'socks5');
    await fill('alice@a.example', 'secret');
    await userEvent.click(screen.getByRole('button', { name: 'Sign in' }));
    expect(await screen.findByText(/^Give the host and the port of the proxy/)).toBeTruthy();
    expect(bridge.requests('account.signIn')).toEqual([]);
    await userEvent.type(screen.getByRole('textbox', { name: 'Host and port' }), '127.0.0.1:9050');
    const proxy = { kind: 'socks5', server: '127.0.0.1:9050' };
    await waitFor(() => expect(bridge.requests('domain.look')).not.toEqual([]));
    for (const asked of bridge.requests('domain.look')) expect(asked).toHaveProperty('proxy.kind', 'socks5');
    await userEvent.type(screen.getByRole('textbox', { name: 'Name at the proxy' }), 'me');
    await userEvent.type(screen.getByLabelText('Password at the proxy'), 'x');
    await userEvent.click(screen.getByRole('button', { name: 'Sign in' }));
    await waitFor(() => expect(bridge.requests('account.signIn')).toHaveLength(1));
    expect(bridge.requests('account.signIn')[0]).toMatchObject({
      proxy: { ...proxy, user: 'me' },
      proxyPassword: 'x',
    });
  });

  test('who goes through a proxy with one account is not led past it with the next', async () => {
    const network = { proxy: { kind: 'socks5', server: 'p:1' } } as const;
    const bridge = new ScriptedBridge(snapshot({ accounts: [account({ network })] }));
    bridge.reply('domain.look', () => ok(facts()));
    await show(bridge, <SignIn />);
    await userEvent.type(screen.getByRole('textbox', { name: 'Address' }), 'bob@b.example');
    await waitFor(() => expect(bridge.requests('domain.look')).toHaveLength(1));
    expect(bridge.requests('domain.look')[0]).toMatchObject({ domain: 'b.example', ...network });
  });

  test('exactly one control is called Password, and its characters can be shown', async () => {
    await show(bridgeWith(), <SignIn />);
    const field = screen.getByLabelText<HTMLInputElement>(/password/i);
    expect(field.type).toBe('password');
    await userEvent.click(screen.getByRole('button', { name: 'Show characters' }));
    expect(field.type).toBe('text');
  });
});

describe('the domain while one types', () => {
  test('is looked up once the address is whole, and says what it found', async () => {
    const bridge = bridgeWith({ policy: ['no-pretend'] });
    await show(bridge, <SignIn />);
    await userEvent.type(screen.getByRole('textbox', { name: 'Address' }), 'alice@a.example');
    expect((await screen.findByText(/found, connection is private/)).textContent).toBe(
      'a.example found, connection is private',
    );
    expect(
      screen.getByText('This domain does not allow polite blocking. Everything else is up to you.'),
    ).toBeTruthy();
    expect(bridge.requests('domain.look')).toEqual([{ domain: 'a.example' }]);
  });

  test('trouble is said under the address', async () => {
    const bridge = bridgeWith().reply('domain.look', () =>
      refused('domain-unknown', { domain: 'a.example' }),
    );
    await show(bridge, <SignIn />);
    await userEvent.type(screen.getByRole('textbox', { name: 'Address' }), 'alice@a.example');
    expect(await screen.findByText('There is no a.example, or it has no Parley service.')).toBeTruthy();
  });

  test.each([
    ['alice@', undefined],
    ['alice@a', undefined],
    ['alice@a.', undefined],
    ['alice@a.e', undefined],
    ['alice@a.example', 'a.example'],
    [' impp://x alice@a.example', undefined],
    ['im:alice@a.example', 'a.example'],
    ['alice@localhost', 'localhost'],
    ['alice@demo.localhost', 'demo.localhost'],
    ['a@b@c.example', undefined],
  ])('%s is whole: %s', (typed, domain) => {
    expect(wholeDomain(typed)).toBe(domain);
  });
});

describe('creating an account', () => {
  test('with an invitation where the domain asks for one', async () => {
    const bridge = bridgeWith({ registration: 'invite' }).reply('account.create', () => refused('conflict'));
    await show(bridge, <SignIn />);
    await userEvent.click(screen.getByRole('button', { name: 'Create account' }));
    await fill('alice@a.example', 'secret');
    await screen.findByText('a.example asks for an invitation');
    await userEvent.type(screen.getByRole('textbox', { name: 'Invitation' }), 'CODE');
    await userEvent.click(screen.getByRole('button', { name: 'Create account' }));
    expect((await screen.findByRole('alert')).textContent).toBe('This name is taken at a.example.');
    expect(bridge.requests('account.create')).toEqual([
      { address: 'alice@a.example', password: 'secret', remember: true, invite: 'CODE' },
    ]);
  });

  test('at once, by whoever has filled the form in already', async () => {
    const bridge = bridgeWith({ registration: 'open' }).reply('account.create', () => refused('conflict'));
    await show(bridge, <SignIn />);
    await fill('alice@a.example', 'secret');
    await userEvent.click(screen.getByRole('button', { name: 'Create account' }));
    expect((await screen.findByRole('alert')).textContent).toBe('This name is taken at a.example.');
    expect(bridge.requests('account.create')).toEqual([
      { address: 'alice@a.example', password: 'secret', remember: true },
    ]);
  });

  test('begins in the field that is to be filled', async () => {
    await show(bridgeWith(), <SignIn />);
    const address = screen.getByRole('textbox', { name: 'Address' });
    await userEvent.click(screen.getByRole('button', { name: 'Create account' }));
    expect(document.activeElement).toBe(address);
    await userEvent.type(address, 'carol@a.example');
    await userEvent.click(screen.getByRole('button', { name: 'Use it instead' }));
    expect(document.activeElement).toBe(screen.getByLabelText('Password'));
  });

  test('not where the domain lets nobody', async () => {
    await show(bridgeWith({ registration: 'closed' }), <SignIn />);
    await userEvent.click(screen.getByRole('button', { name: 'Create account' }));
    await fill('alice@a.example', 'secret');
    await screen.findByText('a.example does not let people create accounts. Ask those who run it.');
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Create account' }).disabled).toBe(true);
  });
});
