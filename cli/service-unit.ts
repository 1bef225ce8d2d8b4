/** The appliance as a unit of systemd. */

export interface Service {
  /** Path of `clustermon`. */
  readonly program: string;
  /** Its arguments, `up` among them. */
  readonly args: readonly string[];
}

/** The unit file. systemd.service(5); quoting as systemd.syntax(7) and the specifiers of systemd.unit(5) ask for. */
export function serviceUnit({ program, args }: Service): string {
  return `[Unit]
Description=clustermon appliance
Documentation=file:${encodeURI(program.replace(/[^/]+$/, '')).replaceAll('%', '%%')}docs/monitoring.md
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=${[program, ...args].map(quoted).join(' ')}
Restart=always
RestartSec=2
KillMode=mixed
TimeoutStopSec=60
LimitNOFILE=65536
# Last to be ended when memory runs out.
OOMScoreAdjust=-500

[Install]
WantedBy=multi-user.target
`;
}

function quoted(word: string): string {
  const escaped = word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  const plain = escaped.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w./:@,=+-]+$/.test(word) ? word : `"${plain}"`;
}
