/** What is asked for on gmetad's interactive port. Source: ganglia monitor-core 3.7.2, gmetad/server.c, process_request */

/** Parts of the path, `*` = any. */
export interface GangliaQuery {
  readonly cluster: string;
  readonly host: string;
  readonly metric: string;
  readonly isSummary: boolean;
  /** Came as an HTTP request, which wants a header before the XML. */
  readonly isHttp: boolean;
}

export const EVERYTHING: GangliaQuery = {
  cluster: '*',
  host: '*',
  metric: '*',
  isSummary: false,
  isHttp: false,
};

/** Characters that gmetad refuses. */
const REFUSED = /[>!@#$%`;|"\\'<]/;

/**
 * @param line such as `/cluster/host/metric`, `/?filter=summary` or `GET /cluster HTTP/1.0`, without its end
 * @returns undefined when it is none: nothing is answered then
 */
export function parseGangliaQuery(line: string): GangliaQuery | undefined {
  const [, requested] = /^GET (\S+) HTTP\/1\.[01]$/.exec(line) ?? [];
  const target = requested ?? line;
  if (!target.startsWith('/') || REFUSED.test(target)) return undefined;
  const [path = '', ...parameters] = target.split(/[?&]/);
  const [cluster = '*', host = '*', metric = '*'] = path.split('/').filter((part) => part !== '');
  return {
    cluster,
    host,
    metric,
    isSummary: parameters.includes('filter=summary'),
    isHttp: requested !== undefined,
  };
}
