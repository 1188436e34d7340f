/** For systemd, in which a percent sign begins a specifier and quotes keep spaces. */
const quoted = (path: string): string => `"${path.replaceAll('%', '%%')}"`;

interface Unit {
  /** Program and first arguments. */
  readonly command: readonly string[];
  readonly config: string;
  readonly domain?: string;
}

/** The systemd unit of `parleyd serve` with this configuration. */
export const unitOf = ({
  command,
  config,
  domain,
}: Unit): string => `# systemctl link this file, then: systemctl enable --now parleyd
[Unit]
Description=parleyd, instant messages and presence${domain === undefined ? '' : ` for ${domain}`}
Wants=network-online.target
After=network-online.target

[Service]
User=parleyd
StateDirectory=parleyd
StateDirectoryMode=0700
ExecStart=${command.map(quoted).join(' ')} serve --config ${quoted(config)}
# A new certificate, and what is said of other domains.
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=2
TimeoutStopSec=30
LimitNOFILE=65536
UMask=0077
# Ports below 1024, where an authority looks for the answer to its challenge; nothing else.
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
ProtectSystem=strict
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX

[Install]
WantedBy=multi-user.target
`;
