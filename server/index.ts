// parleyd's command line. Commands that do not serve never load the server, so they start at once.

import { ImppError } from '../shared/errors.ts';
import { type CommandLine, readCommandLine } from './admin/command-line.ts';

/** Runs one command. Gives its exit code: 0 ok, 1 failure, 2 wrong usage. */
async function run(line: CommandLine): Promise<number> {
  switch (line.command) {
    case 'help':
      return print((await import('./admin/help.ts')).HELP);
    case 'version':
      return print(await (await import('./admin/version.ts')).version());
    case 'serve':
      return (await import('./serve.ts')).serve(() => line.config());
    case 'user add':
      return (await import('./admin/users.ts')).addUser(line);
    case 'user list':
      return (await import('./admin/users.ts')).listUsers(line);
    case 'user remove':
      return (await import('./admin/users.ts')).removeUser(line);
    case 'user password':
      return (await import('./admin/users.ts')).setPassword(line);
    case 'user show':
      return (await import('./admin/users.ts')).showUser(line);
    case 'user disable':
      return (await import('./admin/user-state.ts')).disableUser(line);
    case 'user enable':
      return (await import('./admin/user-state.ts')).enableUser(line);
    case 'user forward':
      return (await import('./admin/user-state.ts')).forwardUser(line);
    case 'user export':
      return (await import('./admin/export.ts')).exportUser(line);
    case 'user import':
      return (await import('./admin/import.ts')).importUser(line);
    case 'invite create':
      return (await import('./admin/invites.ts')).createInvite(line);
    case 'invite list':
      return (await import('./admin/invites.ts')).listInvites(line);
    case 'invite remove':
      return (await import('./admin/invites.ts')).removeInvite(line);
    case 'domain forget':
      return (await import('./admin/domains.ts')).forgetDomain(line);
    case 'backup':
      return (await import('./admin/backup.ts')).backup(line);
    case 'restore':
      return (await import('./admin/backup.ts')).restore(line);
    case 'init':
      return (await import('./admin/init.ts')).init(line.configFile ?? 'parleyd.toml');
    case 'check':
      return (await import('./admin/check.ts')).check(line.config());
  }
}

function print(text: string): number {
  process.stdout.write(`${text.trimEnd()}\n`);
  return 0;
}

// Whoever reads may have had enough, as in `parleyd user list | head -n 1`: the rest is for nobody.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  process.exitCode = await run(readCommandLine(process.argv.slice(2)));
} catch (error) {
  // One sentence for what an operator can put right; a fault of the program shows where it is.
  const isKnown = error instanceof ImppError;
  const text = isKnown
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);
  process.stderr.write(`parleyd: ${text}\n`);
  const isUsage = isKnown && (error.code === 'invalid-argument' || error.code === 'invalid-address');
  process.exitCode = isUsage ? 2 : 1;
}
