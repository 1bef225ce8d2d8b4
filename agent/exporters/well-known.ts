/** Exporters that are looked for when `agent.findExporters` says so. Source: Prometheus wiki, "Default port allocations", and the exporters' own documents. */
export interface WellKnown {
  readonly port: number;
  /** The label `job`. */
  readonly name: string;
  /** How one of its metrics begins: something else may listen on the port. */
  readonly prefix: string;
}

export const WELL_KNOWN: readonly WellKnown[] = [
  { port: 9100, name: 'node', prefix: 'node_' },
  { port: 9400, name: 'dcgm', prefix: 'DCGM_' },
  { port: 9835, name: 'nvidia', prefix: 'nvidia_' },
  { port: 8080, name: 'slurm', prefix: 'slurm_' },
  { port: 9341, name: 'slurm', prefix: 'slurm_' },
  { port: 9187, name: 'postgres', prefix: 'pg_' },
  { port: 9104, name: 'mysql', prefix: 'mysql_' },
  { port: 9121, name: 'redis', prefix: 'redis_' },
  { port: 9113, name: 'nginx', prefix: 'nginx_' },
  { port: 9117, name: 'apache', prefix: 'apache_' },
  { port: 9283, name: 'ceph', prefix: 'ceph_' },
  { port: 9290, name: 'ipmi', prefix: 'ipmi_' },
  { port: 9633, name: 'smartctl', prefix: 'smartctl_' },
];

/** What an exporter is called whose port nobody knows. */
const NAMELESS = 'exporter';

export function nameOfPort(port: number): string {
  return WELL_KNOWN.find((known) => known.port === port)?.name ?? NAMELESS;
}
