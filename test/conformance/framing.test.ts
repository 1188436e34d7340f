// [IMPP 4] Framing: what is read, what is a fault, and what a fault costs.

import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, type Domain, mail, startDomain } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain({ settings: ['inbox.delivery-wait-ms=500'] });
}, 40_000);

const hello = (more = '') =>
  `HELLO h1 impp/1.0\r\nDomain: wire.example\r\nRole: client\r\nAgent: x/1\r\n${more}\r\n`;

async function greet(octets: string | Buffer): Promise<string> {
  const client = await domain.connect();
  client.write(octets);
  const response = await client.response('h1');
  expect(response.startLine).toBe(`${response.kind} (HELLO) h1 impp/1.0`);
  await client.ping();
  return response.kind === 'OK' ? 'OK' : (response.get('Error') ?? '');
}

/** Writes octets that are a fault; gives the one answer there is, after which the connection has closed. */
async function fault(octets: string | Buffer, client?: Client): Promise<string> {
  const peer = client ?? (await domain.connect());
  const before = peer.octets;
  // What follows the fault would be answered if it were read.
  const follows = Buffer.from('PING later impp/1.0\r\n\r\n');
  peer.write(Buffer.concat([Buffer.from(octets as string), follows]));
  await peer.closed();
  expect(peer.octets).toBeGreaterThan(before);
  expect(peer.arrived.map((it) => it.kind)).toEqual(['ERROR']);
  const [error] = peer.arrived;
  return `${error?.startLine} ${error?.get('Error')}`;
}

const NAMELESS = 'ERROR (-) - impp/1.0 bad-request';
const NAMED = 'ERROR (HELLO) h1 impp/1.0 bad-request';

describe('headers are read', () => {
  test('with or without one SP after the colon', async () => {
    expect(await greet('HELLO h1 impp/1.0\r\nDomain:wire.example\r\nRole:client\r\nAgent: x\r\n\r\n')).toBe(
      'OK',
    );
  });
  test('with names of any case', async () => {
    expect(await greet('HELLO h1 impp/1.0\r\ndOMAIN: wire.example\r\nROLE: client\r\nagent: x\r\n\r\n')).toBe(
      'OK',
    );
  });
  test('with white space at the ends of a value trimmed', async () => {
    expect(
      await greet('HELLO h1 impp/1.0\r\nDomain: \t wire.example \t \r\nRole:\tclient\t\r\nAgent: x\r\n\r\n'),
    ).toBe('OK');
  });
  test('with an empty value', async () => {
    expect(await greet(hello('X-Empty:\r\nX-Blank: \r\nReason: \r\n'))).toBe('OK');
  });
  test('with HTAB and any UTF-8 in a value', async () => {
    expect(await greet(hello('X-Text: a\tb é 😀 "\\" : ;\r\n'))).toBe('OK');
  });
  test('with every octet a token may have in a name, up to 64', async () => {
    expect(await greet(hello(`x-a.b_c-1: v\r\n9.._-: v\r\n${'N'.repeat(64)}: v\r\n`))).toBe('OK');
  });
  test('an unknown one may repeat', async () => {
    expect(await greet(hello('X-Same: 1\r\nX-Same: 2\r\nx-same: 1\r\n'))).toBe('OK');
  });
  test('a Content-Length of 10 digits, zeros in front', async () => {
    expect(await greet(`${hello('Content-Type: text/plain\r\nContent-Length: 0000000004\r\n')}body`)).toBe(
      'OK',
    );
  });
  test('from any portions of octets', async () => {
    const client = await domain.connect();
    for (const octet of Buffer.from(hello('X-Text: é\r\n'))) {
      client.write(Buffer.of(octet));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await client.response('h1')).kind).toBe('OK');
  });
  test('many messages from one portion', async () => {
    const client = await domain.connect();
    client.write(`PING a impp/1.0\r\n\r\n${hello()}PING b impp/1.0\r\nX-A: 1\r\n\r\nPING c impp/1.0\r\n\r\n`);
    for (const id of ['a', 'h1', 'b', 'c']) expect((await client.response(id)).kind).toBe('OK');
  });
});

describe('request-IDs', () => {
  test.each(['a', '0', '-a', '_._9', 'A-Z.a_z', 'x'.repeat(32), '00000000000000000000000000000000'])(
    '%s is legal and comes back',
    async (id) => {
      const client = await domain.connect();
      client.write(`PING ${id} impp/1.0\r\n\r\n`);
      expect((await client.response(id)).startLine).toBe(`OK (PING) ${id} impp/1.0`);
    },
  );
  test('may be used again once answered', async () => {
    const client = await domain.connect();
    for (let at = 0; at < 3; at += 1) {
      client.write('PING same impp/1.0\r\n\r\n');
      expect((await client.response('same')).kind).toBe('OK');
    }
  });
});

describe('a malformed start line is fatal', () => {
  const lines: [string, string][] = [
    ['nothing', ''],
    ['a method in lower case', 'ping a impp/1.0'],
    ['a method in mixed case', 'Ping a impp/1.0'],
    ['a method that begins with a digit', '1PING a impp/1.0'],
    ['a method that begins with a hyphen', '-PING a impp/1.0'],
    ['a method of 33', `${'P'.repeat(33)} a impp/1.0`],
    ['a method with an underscore', 'PING_X a impp/1.0'],
    ['a method with a dot', 'PING.X a impp/1.0'],
    ['an ID of 33', `PING ${'a'.repeat(33)} impp/1.0`],
    ['an ID without letter or digit', 'PING -._ impp/1.0'],
    ['an ID that is a hyphen', 'PING - impp/1.0'],
    ['an ID with another character', 'PING a/b impp/1.0'],
    ['no ID', 'PING impp/1.0'],
    ['no version', 'PING a'],
    ['nothing for an ID', 'PING  impp/1.0'],
    ['two spaces', 'PING  a impp/1.0'],
    ['two spaces before the version', 'PING a  impp/1.0'],
    ['a space at its end', 'PING a impp/1.0 '],
    ['a space at its beginning', ' PING a impp/1.0'],
    ['a tab', 'PING\ta impp/1.0'],
    ['something after the version', 'PING a impp/1.0 x'],
    ['another protocol', 'GET a http/1.1'],
    ['a version without minor', 'PING a impp/1'],
    ['a version without digits', 'PING a impp/.0'],
    ['a version with letters', 'PING a impp/1.x'],
    ['a version of three numbers', 'PING a impp/1.0.0'],
    ['a control', 'PING \u0001a impp/1.0'],
    ['a NUL', 'PING a\0 impp/1.0'],
    ['letters beyond ASCII', 'PÏNG a impp/1.0'],
  ];
  test.each(lines)('%s', async (_, line) => {
    const answer = await fault(`${line}\r\n\r\n`);
    // Method and ID come back where they can be read; a line in which only the rest is wrong may be read that far.
    expect(answer).toMatch(/^ERROR \((-\) -|PING\) a|GET\) a) impp\/1\.0 bad-request$/);
  });

  test('what cannot be read at all is answered without method and ID', async () => {
    expect(await fault('rubbish\r\n\r\n')).toBe(NAMELESS);
    expect(await fault('ping a impp/1.0\r\n\r\n')).toBe(NAMELESS);
  });
  test('a line that ends in LF alone', async () => {
    expect(await fault('PING a impp/1.0\n\r\n')).toMatch(/bad-request$/);
  });
  test('a CR alone in it', async () => {
    expect(await fault('PING a\r impp/1.0\r\n\r\n')).toMatch(/bad-request$/);
  });
  test('an empty line before it', async () => {
    expect(await fault(`\r\n${hello()}`)).toBe(NAMELESS);
  });
  test('the empty line is not waited for: the line alone is answered', async () => {
    const client = await domain.connect();
    client.write('no start line\r\n');
    await client.closed();
    expect(client.arrived[0]?.startLine).toBe('ERROR (-) - impp/1.0');
  });
});

describe('a malformed header is fatal, and the answer has the method and the ID', () => {
  const headers: [string, string][] = [
    ['no colon', 'X-Header\r\n'],
    ['no name', ': value\r\n'],
    ['white space before the colon', 'X-Header : value\r\n'],
    ['a space in the name', 'X Header: value\r\n'],
    ['a name with another character', 'X/Header: value\r\n'],
    ['a name beyond ASCII', 'X-Hé: value\r\n'],
    ['a name of 65', `${'N'.repeat(65)}: v\r\n`],
    ['folding with a space', 'X-Header: a\r\n b\r\n'],
    ['folding with a tab', 'X-Header: a\r\n\tb\r\n'],
    ['a control', 'X-Header: a\u0001b\r\n'],
    ['a NUL', 'X-Header: a\0b\r\n'],
    ['ESC', 'X-Header: \u001b[2J\r\n'],
    ['DEL', 'X-Header: a\u007fb\r\n'],
    ['a C1 control', 'X-Header: a\u0085b\r\n'],
    ['the last C1 control', 'X-Header: a\u009fb\r\n'],
    ['an LF alone at its end', 'X-Header: a\nX-Other: b\r\n'],
    ['a CR alone in it', 'X-Header: a\rb\r\n'],
    ['a known one twice', 'Domain: wire.example\r\n'],
    ['a known one twice, in another case', 'aGENT: other\r\n'],
    ['a known one of another method twice', 'Lease-Time: 1\r\nLease-Time: 1\r\n'],
    ['Content-Length twice', 'Content-Length: 0\r\nContent-Length: 0\r\n'],
  ];
  test.each(headers)('%s', async (_, header) => {
    expect(await fault(hello(header))).toBe(NAMED);
  });
  test('octets that are not UTF-8', async () => {
    const octets = Buffer.from(hello('X-Header: ?\r\n'));
    octets[octets.indexOf('?')] = 0xff;
    expect(await fault(octets)).toBe(NAMED);
    const short = Buffer.from(hello('X-Header: ?\r\n'));
    short[short.indexOf('?')] = 0xc3;
    expect(await fault(short)).toBe(NAMED);
  });
  test.each([
    'Lease-Time',
    'Revision',
    'If-Revision',
    'View',
    'Subscription-State',
    'Message-ID',
    'Outcome',
    'Storage',
    'Expires',
    'Max-Forwards',
    'Inbox-Sequence',
    'Inbox-After',
    'Inbox-First',
    'Inbox-Last',
    'Before',
    'Limit',
    'Count',
    'Body-Deferred',
    'Copy',
    'Replay',
    'Received',
    'Error',
    'Reason',
    'Location',
    'Server',
    'Retry-After',
    'Max-Message-Size',
    'Services',
    'Max-Pending',
    'Idle-Timeout',
    'Bulk-Threshold',
    'TLS',
    'Auth-Mechanisms',
    'Iterations',
    'Registration',
    'Policy',
    'Mechanism',
    'Auth-State',
    'Address',
    'Device',
    'Device-Name',
    'Purpose',
    'Name',
    'Query',
    'Watcher',
    'Token',
    'Invite',
    'From',
    'Target',
    'Origin',
    'To',
    'Connection-ID',
    'Target-Connection-ID',
    'Content-Type',
  ])('%s stands twice', async (name) => {
    expect(await fault(hello(`${name}: 1\r\n${name.toLowerCase()}: 1\r\n`))).toBe(NAMED);
  });
});

describe('a bad Content-Length is fatal', () => {
  test.each(['', '-1', '+1', '1.0', '0x1', '1 1', '1a', 'a', '00000000001', '12345678901', '１'])(
    '%s',
    async (value) => {
      expect(await fault(hello(`Content-Type: text/plain\r\nContent-Length: ${value}\r\n`))).toBe(NAMED);
    },
  );
});

describe('faults in meaning are answered and the connection goes on', () => {
  test('a body without Content-Type is bad-request', async () => {
    expect(await greet(`${hello('Content-Length: 4\r\n')}body`)).toBe('bad-request');
  });
  test('a body is exactly Content-Length octets, whatever they are', async () => {
    const trap = 'PING trap impp/1.0\r\n\r\n\0\xff\r\n\r\n';
    const client = await domain.connect();
    const length = Buffer.byteLength(trap);
    client.write(hello(`Content-Type: a/b\r\nContent-Length: ${length}\r\n`) + trap);
    expect((await client.response('h1')).kind).toBe('OK');
    await client.ping();
    expect(client.arrived).toEqual([]);
  });
  test('an unknown METHOD is operation-not-supported in any state', async () => {
    const client = await domain.connect();
    for (const method of ['X-NEW', 'FROBNICATE', 'A', 'A1-2', 'Z'.repeat(32), 'OKAY', 'ERRORS']) {
      expect(await client.errorOf(method)).toBe('operation-not-supported');
    }
    await client.hello(domain.name);
    expect(await client.errorOf('X-NEW')).toBe('operation-not-supported');
    const erin = await domain.person('erin');
    expect(await erin.errorOf('X-NEW')).toBe('operation-not-supported');
    expect(await erin.errorOf('X-NEW', { From: undefined, 'Connection-ID': undefined })).toBe(
      'operation-not-supported',
    );
    expect(await erin.errorOf('X-NEW', { 'Content-Type': 'a/b' }, 'body')).toBe('operation-not-supported');
    const authenticated = await domain.login('erin');
    expect(await authenticated.errorOf('X-NEW')).toBe('operation-not-supported');
    await authenticated.ping();
  });
  test.each(['impp/2.0', 'impp/1.1', 'impp/0.9', 'impp/10.25', 'impp/01.0'])(
    'version %s is not supported',
    async (version) => {
      const client = await domain.connect();
      client.write(
        `PING v ${version}\r\nX-A: 1\r\n\r\nX-NEW w ${version}\r\nContent-Type: a/b\r\nContent-Length: 2\r\n\r\nab`,
      );
      for (const [id, method] of [
        ['v', 'PING'],
        ['w', 'X-NEW'],
      ]) {
        const response = await client.response(id ?? '');
        expect(response.startLine).toBe(`ERROR (${method}) ${id} impp/1.0`);
        expect(response.get('Error')).toBe('version-not-supported');
      }
      await client.ping();
    },
  );
  test('known methods that only servers send are operation-not-supported from a client', async () => {
    const frank = await domain.person('frank');
    const target = {
      Target: domain.url('frank'),
      'Target-Connection-ID': 'x',
      Origin: domain.url('frank'),
      Revision: '1',
    };
    expect(await frank.errorOf('CHANGE-NOTIFY', { ...target, 'Subscription-State': 'active' })).toBe(
      'operation-not-supported',
    );
    expect(await frank.errorOf('TERMINATE-SUBSCRIPTION', target)).toBe('operation-not-supported');
    expect(await frank.errorOf('VERIFY', { Domain: 'a.example', Token: 'x'.repeat(22) })).toBe(
      'operation-not-supported',
    );
    await frank.ping();
  });
});

describe('responses', () => {
  test('of another version, or with a body over the limit, are ignored as well', async () => {
    const client = await domain.connect();
    client.write('OK (PING) x impp/2.0\r\n\r\n');
    client.write(
      `OK (PING) y impp/1.0\r\nContent-Type: a/b\r\nContent-Length: 70000\r\n\r\n${'x'.repeat(70_000)}`,
    );
    await client.ping();
    expect(client.arrived).toEqual([]);
    client.write('OK (PING) z impp/1.0\r\nContent-Type: a/b\r\nContent-Length: 131072\r\n\r\n');
    await client.closed();
    expect(client.arrived).toEqual([]);
  });
  test('to no open request are ignored', async () => {
    const client = await domain.connect();
    client.write('OK (PING) nothing impp/1.0\r\n\r\nERROR (SEND) x impp/1.0\r\nError: timeout\r\n\r\n');
    client.write('OK (X-UNHEARD) y impp/1.0\r\nContent-Type: a/b\r\nContent-Length: 3\r\n\r\nabc');
    client.write('ERROR (-) - impp/1.0\r\nError: bad-request\r\n\r\n');
    await client.ping();
    expect(client.arrived).toEqual([]);
  });
  test.each([
    ['a doubled header', 'OK (PING) a impp/1.0\r\nTo: x\r\nTo: y\r\n\r\n'],
    ['a header without colon', 'OK (PING) a impp/1.0\r\nrubbish\r\n\r\n'],
    ['a bad Content-Length', 'OK (PING) a impp/1.0\r\nContent-Length: x\r\n\r\n'],
    ['no ID', 'OK (PING) impp/1.0\r\n\r\n'],
    ['no parentheses and no more than a request has', 'OK a impp/1.0\r\n\r\n'],
    ['no parentheses', 'ERROR PING a impp/1.0\r\n\r\n'],
    ['a method in lower case', 'OK (ping) a impp/1.0\r\n\r\n'],
  ])('a malformed one closes without a word: %s', async (_, octets) => {
    const client = await domain.connect();
    client.write(octets);
    await client.closed();
    expect(client.octets).toBe(0);
  });
});

test('a second request with an open ID is fatal', async () => {
  const alice = await domain.person('alice');
  const bob = await domain.person('bob');
  bob.isAnswering = false;
  const body = mail(domain.url('alice'), domain.url('bob'), 'x', '<1@x>');
  const headers = { Target: domain.url('bob'), 'Content-Type': 'message/rfc822', 'Message-ID': '<1@x>' };
  alice.send('SEND', headers, body, 'twice');
  await bob.incoming('SEND');
  alice.send('PING', {}, undefined, 'twice');
  alice.send('PING', {}, undefined, 'later');
  await alice.closed();
  const fatal = alice.arrived.find((it) => it.kind === 'ERROR');
  expect(fatal?.startLine).toBe('ERROR (PING) twice impp/1.0');
  expect(fatal?.get('Error')).toBe('bad-request');
  expect(alice.arrived.some((it) => it.id === 'later')).toBe(false);
});

test('requests of one sender for the same Target take effect in the order sent', async () => {
  const carol = await domain.person('carol');
  const dave = await domain.person('dave');
  const ids = Array.from({ length: 60 }, (_, at) => `<${at}@x>`);
  const octets = ids.map((id) =>
    carol.compose(
      'SEND',
      { Target: domain.url('dave'), 'Content-Type': 'message/rfc822', 'Message-ID': id },
      mail(domain.url('carol'), domain.url('dave'), 'x', id),
    ),
  );
  carol.write(Buffer.concat(octets));
  const seen: string[] = [];
  for (const id of ids) {
    const message = await dave.incoming('SEND');
    seen.push(message.get('Message-ID') ?? '');
    expect(id).toBe(seen.at(-1));
  }
});

test('unknown headers are kept and forwarded, repeated ones in their order', async () => {
  const greta = await domain.person('greta');
  const heidi = await domain.person('heidi');
  await greta.succeed(
    'SEND',
    [
      ['X-One', 'first'],
      ['Target', domain.url('heidi')],
      ['x-one', 'second'],
      ['Content-Type', 'message/rfc822'],
      ['Message-ID', '<kept@x>'],
      ['X-Empty', ''],
      ['X-One', 'third é'],
    ],
    mail(domain.url('greta'), domain.url('heidi'), 'x', '<kept@x>'),
  );
  const message = await heidi.incoming('SEND');
  const values = message.headers.filter(([name]) => name.toLowerCase() === 'x-one').map(([, value]) => value);
  expect(values).toEqual(['first', 'second', 'third é']);
  expect(message.get('X-Empty')).toBe('');
});
