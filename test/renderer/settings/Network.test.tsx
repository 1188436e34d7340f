import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { Network } from '../../../renderer/settings/network/Network.tsx';
import type { Certificate } from '../../../shared/errors.ts';
import type { Account, Connection } from '../../../shared/model.ts';
import { account, ALICE, BOB, ok, refused, ScriptedBridge, show, snapshot } from '../scripted-bridge.tsx';

const CERTIFICATE: Certificate = {
  names: 'a.example',
  issuer: 'CN=An authority',
  from: Date.UTC(2026, 0, 1),
  until: Date.UTC(2099, 1, 14, 12),
  fingerprint: 'AA:BB',
};
const online: Connection = {
  phase: 'online',
  isPrivate: true,
  way: {
    since: Date.now(),
    server: 'im1.a.example:2779',
    mechanism: 'SCRAM-SHA-256-PLUS',
    tls: { version: 'TLS 1.3', certificate: CERTIFICATE },
  },
};

const open = async (part: Partial<Account> = {}, bridge = new ScriptedBridge()) => {
  bridge.reply('account.network', () => ok(null)).reply('account.connect', () => ok(null));
  bridge.reply('snapshot', () => ok(snapshot({ accounts: [account(part)] })));
  await show(bridge, <Network />);
  return {
    bridge,
    changes: () => bridge.requests('account.network'),
    dialog: async () => within(await screen.findByRole('dialog')),
  };
};
const press = (name: string | RegExp) => userEvent.click(screen.getByRole('button', { name }));

describe('the way to the domain', () => {
  test('is said in sentences', async () => {
    await open({ connection: online, maxMessageSize: 10_000_000 });
    expect(screen.getByText('What the system says of the way to a.example')).toBeTruthy();
    expect(screen.getByText('Found by DNS: im1.a.example:2779')).toBeTruthy();
    expect(screen.getByText(/^Valid for a\.example until .*2099/)).toBeTruthy();
    expect(screen.getByText(/^Connected since /)).toBeTruthy();
    expect(screen.getByText('Private (TLS 1.3), signed in with SCRAM-SHA-256-PLUS')).toBeTruthy();
    expect(screen.getByText(/to your own domain; others say theirs/)).toBeTruthy();
  });

  test('through a proxy says through which, and that DNS is asked nothing', async () => {
    await open({
      connection: { ...online, way: { ...online.way!, server: 'a.example:2779', proxy: 'p:1' } },
      network: { proxy: { kind: 'socks5', server: 'p:1' } },
    });
    expect(screen.getByText('Through p:1. No DNS question leaves this computer.')).toBeTruthy();
    expect(screen.getByText('a.example:2779, looked up by the proxy')).toBeTruthy();
    expect(screen.getByText('Through the proxy p:1')).toBeTruthy();
  });

  test('that is not private says so', async () => {
    const { tls: _tls, ...way } = online.way!;
    await open({ connection: { phase: 'online', isPrivate: false, way } });
    expect(screen.getByText('Not private, signed in with SCRAM-SHA-256-PLUS')).toBeTruthy();
    expect(screen.getByText('The connection is not private; it does not leave this computer')).toBeTruthy();
  });

  test('without a proxy is chosen at once', async () => {
    const { changes } = await open({ connection: online });
    await userEvent.click(screen.getByRole('radio', { name: 'None' }));
    expect(changes()).toEqual([{ account: ALICE, proxy: { kind: 'none' } }]);
  });

  test('through SOCKS5 is asked where, and with which password', async () => {
    const { changes, dialog } = await open({ connection: online });
    await userEvent.click(screen.getByRole('radio', { name: 'SOCKS5' }));
    const asked = await dialog();
    await userEvent.click(asked.getByRole('button', { name: 'Use this proxy' }));
    expect(asked.getByText(/Give the host and the port/)).toBeTruthy();
    expect(changes()).toEqual([]);
    await userEvent.type(asked.getByLabelText('Host and port'), '127.0.0.1:9050');
    expect(asked.queryByLabelText('Password at the proxy')).toBeNull();
    await userEvent.type(asked.getByLabelText('Name at the proxy'), 'me');
    await userEvent.type(asked.getByLabelText('Password at the proxy'), 'secret{Enter}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(changes()).toEqual([
      {
        account: ALICE,
        proxy: { kind: 'socks5', server: '127.0.0.1:9050', user: 'me' },
        proxyPassword: 'secret',
      },
    ]);
  });

  test('keeps the password of a proxy that is changed otherwise, and shows it to nobody', async () => {
    const proxy = { kind: 'socks5', server: 'p:1', user: 'me' } as const;
    const { changes, dialog } = await open({ connection: online, network: { proxy } });
    await press('Change… the proxy');
    const asked = await dialog();
    expect((asked.getByLabelText('Password at the proxy') as HTMLInputElement).value).toBe('');
    expect(asked.getByText(/keep the one that Parley has/)).toBeTruthy();
    const place = asked.getByLabelText('Host and port');
    await userEvent.clear(place);
    await userEvent.type(place, 'p:2{Enter}');
    await waitFor(() => expect(changes()).toEqual([{ account: ALICE, proxy: { ...proxy, server: 'p:2' } }]));
  });

  test('is left only when that was meant: arrow keys lead past it', async () => {
    const { changes } = await open({ network: { proxy: { kind: 'socks5', server: 'p:1' } } });
    screen.getByRole('radio', { name: 'SOCKS5' }).focus();
    await userEvent.keyboard('{ArrowLeft}');
    expect(await screen.findByRole('alertdialog')).toBeTruthy();
    await userEvent.keyboard('{Escape}');
    expect(changes()).toEqual([]);
    await userEvent.click(screen.getByRole('radio', { name: 'As the system' }));
    await press('Go without it');
    await waitFor(() => expect(changes()).toEqual([{ account: ALICE, proxy: { kind: 'system' } }]));
  });

  test('leads to a server that is named by hand, or to what DNS says', async () => {
    const bridge = new ScriptedBridge();
    const { changes, dialog } = await open({ connection: online }, bridge);
    await press('Set by hand…');
    let asked = await dialog();
    await userEvent.type(asked.getByLabelText('Server'), 'im2.a.example:99{Enter}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    bridge.reply('account.network', () => refused('invalid-argument'));
    await press('Set by hand…');
    asked = await dialog();
    await userEvent.type(asked.getByLabelText('Server'), 'no server{Enter}');
    expect(await asked.findByText(/A server looks like host:port/)).toBeTruthy();
    bridge.reply('account.network', () => ok(null));
    await userEvent.clear(asked.getByLabelText('Server'));
    await userEvent.keyboard('{Enter}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(changes().map(({ server }) => server)).toEqual(['im2.a.example:99', 'no server', null]);
  });
});

describe('the certificate', () => {
  test('is shown', async () => {
    const { dialog } = await open({ connection: online });
    await press('Show…');
    const shown = await dialog();
    expect(shown.getByText('CN=An authority')).toBeTruthy();
    expect(shown.getByText('AA:BB')).toBeTruthy();
  });

  test('that was refused is shown, too', async () => {
    await open({
      connection: {
        phase: 'waiting',
        problem: {
          code: 'certificate-refused',
          reason: '',
          other: 'b.example',
          certificate: { ...CERTIFICATE, names: 'b.example' },
        },
      },
    });
    expect(screen.getByText('Refused: it names b.example')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Show…' })).toBeTruthy();
  });

  test('may be one of an authority of one’s own, which can be forgotten', async () => {
    const pem = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----';
    const { bridge, changes } = await open({ connection: online });
    const input = document.querySelector<HTMLInputElement>('input[type=file]');
    await userEvent.upload(input!, new File([pem], 'own.pem'));
    await waitFor(() => expect(changes()).toEqual([{ account: ALICE, ca: pem }]));
    bridge.emit({
      type: 'account',
      account: account({ network: { proxy: { kind: 'system' }, authority: 'Ours' } }),
    });
    expect(await screen.findByText('Ours, beside those of the system')).toBeTruthy();
    await press('Forget file');
    await waitFor(() => expect(changes().at(-1)).toEqual({ account: ALICE, ca: null }));
  });
});

describe('now', () => {
  test('the connection is checked', async () => {
    const bridge = new ScriptedBridge().reply('account.check', () => ok({ took: 31 }));
    await open({ connection: online }, bridge);
    await press('Check the connection');
    expect(await screen.findByText('a.example answered after 31 ms.')).toBeTruthy();
  });

  test('what waits here is counted and shown; what happened is saved', async () => {
    const bridge = new ScriptedBridge()
      .reply('account.waiting', () => ok({ messages: 2, octets: 9_200_000, peer: BOB }))
      .reply('log.save', () => ok({ path: '/home/alice/parley-log.txt' }));
    await open({ connection: online }, bridge);
    expect(await screen.findByText(/^2 messages, 9\.2/)).toBeTruthy();
    await press('Save a log…');
    expect(await screen.findByText('Saved as /home/alice/parley-log.txt.')).toBeTruthy();
    bridge.reply('log.save', () => ok(null));
    await press('Save a log…');
    await waitFor(() => expect(screen.queryByText(/^Saved as/)).toBeNull());
  });

  test('what is wrong is said, and what can be done about it', async () => {
    const { bridge } = await open({
      connection: {
        phase: 'waiting',
        retryAt: Date.now() + 9000,
        problem: { code: 'proxy-timeout', reason: '', other: 'p:1' },
      },
    });
    expect(screen.getByText(/The proxy p:1 did not answer in time\./)).toBeTruthy();
    await press('Try now');
    expect(bridge.requests('account.connect')).toEqual([{ account: ALICE }]);
    expect(screen.queryByRole('button', { name: 'Check the connection' })).toBeNull();
  });

  test('a locked keychain is unlocked, or the password given', async () => {
    const { bridge } = await open({
      connection: {
        phase: 'signed-out',
        passwordNeeded: true,
        problem: { code: 'secret-store-locked', reason: '' },
      },
    });
    await press('Unlock…');
    expect(bridge.requests('account.connect')).toHaveLength(1);
    await press('Give password…');
    expect(await screen.findByRole('dialog')).toBeTruthy();
  });
});
