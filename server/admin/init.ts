import { accessSync, constants, existsSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { ImppError } from '../../shared/errors.ts';
import { tryHost } from '../config-settings.ts';
import { unitOf } from './unit.ts';

const PORT = 2779;
const WHO = ['invite', 'closed', 'open'] as const;

interface Answers {
  readonly domain: string;
  readonly machine: string;
  readonly registration: string;
}

/**
 * `init`: asks three questions, writes the configuration `path` and a systemd unit beside it, and prints the DNS records
 * and what is to be done next. Nothing that is there is written over.
 */
export async function init(
  path: string,
  input: Readable = process.stdin,
  output: Writable = process.stdout,
): Promise<number> {
  const config = resolve(path);
  const unit = join(dirname(config), 'parleyd.service');
  // Nobody answers three questions in vain.
  for (const file of [config, unit]) checkNew(file);
  const answers = await ask(input, output);
  writeNew(config, configOf(answers));
  const command = [process.execPath, PROGRAM];
  writeNew(unit, unitOf({ command, config, domain: answers.domain }));
  output.write(nextSteps(answers, config, unit));
  return 0;
}

async function ask(input: Readable, output: Writable): Promise<Answers> {
  const reader = createInterface({ input });
  const lines = reader[Symbol.asyncIterator]();
  const put = async (
    question: string,
    usual: string | undefined,
    read: (answer: string) => string | undefined,
    wanted: string,
  ): Promise<string> => {
    for (;;) {
      output.write(usual === undefined ? `${question} ` : `${question} [${usual}] `);
      const line = await lines.next();
      if (line.done === true) {
        throw new ImppError(
          'invalid-argument',
          'parleyd init needs an answer to each of its three questions.',
        );
      }
      const given = line.value.trim();
      const answer = read(given === '' ? (usual ?? '') : given);
      if (answer !== undefined) return answer;
      output.write(`It has to be ${wanted}.\n`);
    }
  };
  const publicHost = (answer: string): string | undefined => {
    const host = tryHost(answer);
    return host?.includes('.') ? host : undefined;
  };
  try {
    const name = hostname();
    return {
      domain: await put(
        'Which domain, as in alice@example.org?',
        undefined,
        publicHost,
        'a domain of yours, like example.org',
      ),
      machine: await put(
        'What is this machine called on the network?',
        publicHost(name),
        publicHost,
        'a name in DNS, like chat.example.org',
      ),
      registration: await put(
        'Who may make accounts: those with an invite, nobody (closed), anyone (open)?',
        'invite',
        (answer) => WHO.find((each) => each === answer.toLowerCase()),
        'invite, closed or open',
      ),
    };
  } finally {
    reader.close();
  }
}

/** @throws conflict, internal-error with a sentence for the operator */
function checkNew(path: string): void {
  if (existsSync(path)) throw isThere(path);
  const folder = dirname(path);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = isMissing ? 'is not there: make it first' : 'is not writable for this user';
    throw new ImppError('internal-error', `The folder ${folder} ${reason}.`, { cause });
  }
}

const isThere = (path: string): ImppError =>
  new ImppError('conflict', `${path} is there already, and nothing is written over it.`);

function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o644 });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw isThere(path);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ImppError('internal-error', `${path} cannot be written: ${reason}.`, { cause });
  }
}

const configOf = ({
  domain,
  registration,
}: Answers): string => `# parleyd for ${domain}. "parleyd check --config FILE" says whether all is well; "parleyd --help" has every setting.

domain = "${domain}"

# All addresses of this machine. A firewall has to let TCP through to this port.
listen = "[::]:${PORT}"

# Accounts, messages and everything else; what "parleyd backup" copies.
data = "/var/lib/parleyd"

# invite: with an invitation (parleyd invite create); closed: by parleyd user add only; open: anyone.
registration = "${registration}"

[tls]
# A certificate for ${domain}, with its chain, and its key. New ones are taken without a restart.
cert = "/etc/parleyd/fullchain.pem"
key = "/etc/parleyd/privkey.pem"

# Instead of the two lines above: certificates by ACME, got and renewed by parleyd itself. http://${domain}/ has to lead
# to this machine, port 80. "terms = true" accepts the terms of Let's Encrypt, https://letsencrypt.org/repository/.
# [acme]
# terms = true

[limits]
# Octets that an inbox holds.
inbox-quota = 104857600

[inbox]
# How long messages that a device has fetched are kept.
retention-days = 30

[metrics]
# /metrics for Prometheus and /health, for this machine only.
listen = "127.0.0.1:9279"

[federation]
# Other domains: allow or refuse; single ones under [federation.policy], as "bad.example" = "refuse".
default = "allow"
`;

const PROGRAM = fileURLToPath(new URL('../index.ts', import.meta.url));

/** SRV records [IMPP 3]: clients; messages and presence from other domains. */
const nextSteps = ({ domain, machine }: Answers, config: string, unit: string): string => `
${config} and ${basename(unit)} beside it are written.

Records for the zone ${domain}:

${['_impp-client._tcp', '_im._impp', '_pres._impp']
  .map((name) => `${`${name}.${domain}.`.padEnd(28 + domain.length)} 3600 IN SRV 0 0 ${PORT} ${machine}.`)
  .join('\n')}

and A and AAAA records for ${machine}, if it has none. Then, as root:

  useradd --system --home-dir /var/lib/parleyd --shell /usr/sbin/nologin parleyd
  see that parleyd may read ${dirname(dirname(PROGRAM))}
  put the certificate for ${domain} and its key where the configuration says, readable for parleyd; or see [acme] there
  systemctl enable --now ${unit}
  ${CHECK} --config ${config}
`;

/** From the sources it is npm that finds the right Node. */
const CHECK = PROGRAM.endsWith('.ts')
  ? `in ${dirname(dirname(PROGRAM))}: npm run -s parleyd -- check`
  : 'sudo -u parleyd parleyd check';
