/** What `parleyd --help` says. A test holds it against the settings there are. */
export const HELP = `parleyd, the domain server of Parley

  parleyd serve [--config FILE] [--domain D] [--listen HOST:PORT] [--data DIR]
      [--tls-cert FILE --tls-key FILE] [--registration open|invite|closed] [--set KEY=VALUE]...
          Serves the domain until SIGTERM. Once it listens it prints one line: parleyd ready DOMAIN HOST:PORT
          (the real port if 0 was asked for). The log goes to stderr as JSON lines. A new certificate in the files
          of tls.cert and tls.key is taken within a minute, and at once on SIGHUP; no connection ends by that.
          SIGHUP also takes federation.default, .policy and .blocklist from FILE; all else waits for a restart.
  parleyd user add ADDRESS [--password-stdin] [--services im,presence]
          Makes an account; without --password-stdin it makes a password, too, and prints it once.
  parleyd user list
          A line for each account: address, services, day of creation, active or disabled, messages kept, octets
          kept, day of the last sign-in, between tabs.
  parleyd user show ADDRESS
          The same of one account, and where it is forwarded to.
  parleyd user remove ADDRESS
          Removes the account and all that it holds. Its name stays taken for a year.
  parleyd user password ADDRESS --password-stdin
          Sets a new password; the account's connections have to sign in again.
  parleyd user disable ADDRESS | user enable ADDRESS
          Nobody signs in as a disabled account; who is signed in is sent away, watchers see it offline, and messages
          to it are refused. All that it holds stays.
  parleyd user forward ADDRESS TO
          Who reaches for ADDRESS is told that it has moved to TO for good; with none in the place of TO no more.
  parleyd user export ADDRESS FILE
          Writes all that the domain keeps for an account, as it is at one moment, into the new file FILE, a tar that
          explains itself. The password is not in it.
  parleyd user import FILE [--as ADDRESS] [--password-stdin]
          Makes the account of such a file, under its address or another one; all of it, or nothing. Without
          --password-stdin it makes a password and prints it once.
  parleyd invite create [--uses N] [--days N] [--contact ADDRESS] [--qr FILE]
          Prints an invitation for registration=invite, good for one account and 7 days if not said otherwise: its
          token in the first line, a link that the app opens in the second, and on a terminal a QR code of it. Who
          accepts it talks with the contact first. --qr writes the code to the new SVG file FILE.
  parleyd invite list
          A line for each that is still good: id, uses left, day of creation, end, between tabs.
  parleyd invite remove TOKEN
          Ends an invitation, by its token or its id.
  parleyd domain forget DOMAIN
          A domain once seen with a valid certificate has to have one for 90 days more, whatever federation.tls
          says, so that nobody passes for it. This ends that, where it has really gone back.
  parleyd backup FILE
          Writes the whole domain into the new file FILE, as it is at one moment, and checks what it has written.
  parleyd restore FILE
          Makes the domain that a backup holds, where there is none: parleyd must not run on that folder.
  parleyd init [--config FILE]
          Asks three questions and writes FILE (parleyd.toml), with comments, and a systemd unit beside it; prints
          the DNS records that the domain needs.
  parleyd check
          Says line by line whether configuration, folder, clock, ports and certificate are in order, DNS as the
          domain's own name servers have it, and a call by the public names; or what to do.
  parleyd --help | --version

user, invite, domain, backup, restore and check take --config FILE or --data DIR and --domain D, and --set, as
serve does (an ADDRESS names its domain). All but restore work whether or not parleyd runs; a second parleyd
serve on the same folder does not start. Exit codes: 0 done, 1 failed, 2 wrong command line or configuration.

Configuration is TOML. --set takes the same dotted keys, with bare strings and commas between the values of a
list. Of a flag, --set and the file, flags and --set hold, and of those the last. Paths in a file are relative
to that file. Durations are in seconds and sizes in octets unless the name says otherwise.

  domain                          the domain served; required
  listen                          HOST:PORT, IPv6 as [::1]:2779                     127.0.0.1:2779
  data                            folder of the domain's files                      parley-data/DOMAIN
  registration                    who may make accounts: open, invite, closed       closed
  tls.cert, tls.key               certificate (with chain) and key, PEM: TLS is then offered everywhere
  tls.require                     true, false; by default unless listening on a loopback address
  tls.minimum                     1.2 or 1.3                                        1.2
  tls.ca                          further certificate authorities for other domains, PEM
  tls.crl                         lists of revoked certificates, PEM: with it only authorities that have one there
  acme.terms                      true: the terms of the authority below are accepted; it is then asked for a
                                  certificate, which is kept in the data folder, instead of tls.cert and tls.key
  acme.directory                  the authority                 https://acme-v02.api.letsencrypt.org/directory
  acme.challenge                  http-01, tls-alpn-01                              http-01
  acme.listen                     HOST:PORT where it is answered: [::]:80 for http-01, else where listen says
  acme.email                      where the authority may write to
  limits.max-message-size         largest body, interactive                         1048576
  limits.max-bulk-size            largest body, bulk connections and links          10485760
  limits.bulk-threshold           from here on a body is fetched, not sent          65536
  limits.max-pending              unanswered requests of a connection               128
  limits.requests-per-second      of an account, sustained                          50
  limits.request-burst            of an account, at once                            200
  limits.failed-auth              from one IP address in 10 minutes                 20
  limits.registrations            from one IP address in an hour, loopback apart    60
  limits.unauthenticated          connections from one IP address, loopback apart   256
  limits.strangers-of-domain      first messages of strangers of one domain in an hour   200
  limits.strangers-to-inbox       first messages of strangers to one person in an hour   60
  limits.connections              of an account                                     20
  limits.inbox-quota              octets kept for an account                        104857600
  idle-timeout                    silence that ends a connection                    300
  leases.presence-min, -max, -default                                               30, 3600, 120
    (leases.presence-min, leases.presence-max, leases.presence-default)
  leases.subscription-min, -max, -default                                           60, 86400, 3600
    (leases.subscription-min, leases.subscription-max, leases.subscription-default)
  leases.subscription-interdomain default for watchers of other domains             21600
  inbox.retention-days            how long delivered messages are kept              30
  inbox.delivery-wait-ms          how long SEND waits for a device, at most 2000    2000
  auth.mechanisms                 of SCRAM-SHA-256-PLUS, SCRAM-SHA-256, PLAIN (default: these) and ANONYMOUS
  auth.iterations                 of passwords that are set from now on             100000
  policy                          what accounts may not do: no-pretend, no-invisible
  federation.default              other domains: allow, refuse                      allow
  federation.policy."D"           allow, refuse for the domain D
  federation.blocklist            files of domains to refuse, one a line; read again when they change
  federation.routes."D"           HOST:PORT of the domain D, instead of DNS
  federation.tls                  required, off                                     required
  dns.servers                     addresses of name servers                         the system's
  storage.url                     sqlite: (in the data folder), sqlite:PATH, memory:   sqlite:
  bus.url                         local:                                            local:
  metrics.listen                  HOST:PORT of /metrics and /health (127.0.0.1:...) nowhere
  log.level                       debug, info, warn, error, silent                  info
`;
