/** The way to the domain: proxies, servers, certificates; the keychain that has the password. */
export const network = {
  'settings.network': 'Network',
  'network.lede': 'How each account reaches its domain.',
  'network.now': 'Now',

  // the proxy of an account; SOCKS5 is a name
  'network.proxy': 'Proxy for {address}',
  'network.proxy.label': 'Proxy',
  'network.proxy.system': 'As the system',
  'network.proxy.none': 'None',
  'network.proxy.socks5': 'SOCKS5',
  'network.proxy.system.hint': 'What the system says of the way to {domain}',
  'network.proxy.none.hint': 'Straight to {domain}, whatever the system says',
  'network.proxy.socks5.hint': 'Through {server}. No DNS question leaves this computer.',
  'network.proxy.change': 'Change…',
  'network.proxy.change.label': 'Change… the proxy',
  'network.proxy.leave.title': 'Go without the proxy?',
  'network.proxy.leave.text':
    'Parley connects at once. DNS is asked about {domain}, and the network sees where you connect.',
  'network.proxy.leave.confirm': 'Go without it',
  'network.proxy.title': 'SOCKS5 proxy',
  'network.proxy.lede':
    'It looks up all names, so no DNS question leaves this computer. Tor listens at 127.0.0.1:9050.',
  'network.proxy.server': 'Host and port',
  'network.proxy.server.missing': 'Give the host and the port of the proxy, such as 127.0.0.1:9050.',
  'network.proxy.user': 'Name at the proxy',
  'network.proxy.password': 'Password at the proxy',
  'network.proxy.optional': 'Only if the proxy asks for one',
  'network.proxy.password.kept': 'Leave it empty to keep the one that Parley has',
  'network.proxy.use': 'Use this proxy',
  'network.proxy.signin.server': 'the domain itself, port 2779',
  'network.proxy.signin.hint': 'Host and port, where it is another. The proxy looks up all names.',

  // where the servers of the domain are
  'network.server': 'Server',
  'network.server.dns': 'Found by DNS: {server}',
  'network.server.dns.later': 'Found by DNS when Parley connects',
  'network.server.proxied': '{server}, looked up by the proxy',
  'network.server.given': 'Set by hand: {server}',
  'network.server.set': 'Set by hand…',
  'network.server.title': 'Server of {domain}',
  'network.server.lede': 'Host and port. Empty: as DNS says, or with a proxy the domain itself.',
  'network.server.save': 'Use this server',

  // its certificate
  'network.certificate': 'Certificate',
  'network.certificate.valid': 'Valid for {names} until {date}',
  'network.certificate.none': 'The connection is not private; it does not leave this computer',
  'network.certificate.later': 'Checked when Parley connects',
  'network.certificate.refused': 'Refused: it names {names}',
  'network.certificate.show': 'Show…',
  'network.certificate.title': 'Certificate of {domain}',
  'network.certificate.names': 'Valid for',
  'network.certificate.issuer': 'Issued by',
  'network.certificate.time': 'Valid',
  'network.certificate.from-until': '{from} to {until}',
  'network.certificate.fingerprint': 'Fingerprint (SHA-256)',
  'network.authority': 'Certificate authority',
  'network.authority.own': '{name}, beside those of the system',

  // what the connection is like at this moment
  'network.connected': 'Connected since {time}',
  'network.private': 'Private ({version}), signed in with {mechanism}',
  'network.open': 'Not private, signed in with {mechanism}',
  'network.through': 'Through the proxy {proxy}',
  'network.good': 'Good',
  'network.largest': 'Messages of up to',
  'network.largest.hint': '{limit} to your own domain; others say theirs when you write',
  'network.check': 'Check the connection',
  'network.check.took': '{domain} answered after {took} ms.',

  'connection.network': 'Network…',
  'connection.certificate': 'Its certificate',

  // the keychain; `.head` and `.text` are one sentence, the first part of it bold
  'connection.locked.head': 'The keychain is locked,',
  'connection.locked.text': 'so Parley cannot read your password. Nothing is lost.',
  'connection.locked.action': 'Unlock…',
  'connection.gone.head': 'The keychain does not answer,',
  'connection.gone.text': 'so Parley cannot read your password. Nothing is lost.',
  'connection.gone.action': 'Try again',
  'connection.changed.head': 'This is another keychain',
  'connection.changed.text': 'than the one that has your password. Nothing is lost.',

  'error.secret-store-locked':
    'The keychain is locked, so Parley cannot read your password. Nothing is lost.',
  'error.secret-store-unavailable':
    'The keychain does not answer, so Parley cannot read your password. Nothing is lost.',
  'error.secret-store-changed':
    'This is another keychain than the one that has your password. Nothing is lost.',
  'error.proxy-unreachable': 'The proxy {other} cannot be reached.',
  'error.proxy-unreachable.do': 'Check that it runs, or choose another under Advanced.',
  'error.proxy-timeout': 'The proxy {other} did not answer in time.',
  'error.proxy-timeout.do': 'Try again, or choose another under Advanced.',
  'error.proxy-refused': 'The proxy {other} does not let Parley reach {domain}.',
  'error.proxy-refused.do': 'Ask those who run it, or choose another under Advanced.',
  'error.proxy-authentication': 'The proxy {other} does not take the name and the password.',
  'error.proxy-authentication.do': 'Check both under Advanced.',
  'error.proxy-invalid': 'What answers at {other} is no proxy that Parley can use.',
  'error.proxy-invalid.do': 'Check host and port under Advanced.',
  'error.proxy-needed': '{domain} is reached through Tor only.',
  'error.proxy-needed.do': 'Give its SOCKS5 proxy under Advanced.',
} as const;
