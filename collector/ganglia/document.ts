/** Whole documents of Ganglia's XML, in pieces of one host each: 2,000 hosts are 100 MB and must not hold up anything else. */
import type { HostTable, LiveHost } from '../hosts/host-table.ts';
import { type Dialect, folderName, hostXml } from './host-xml.ts';
import { GANGLIA_VERSION, PROLOGUE } from './prologue.ts';
import type { GangliaQuery } from './query.ts';
import { Summary } from './summary.ts';
import { attributes } from './xml-text.ts';

export interface GangliaSource {
  readonly hosts: Pick<HostTable, 'list'>;
  /** Name of the cluster and of the grid. */
  readonly cluster: string;
  /** URL of the page. */
  readonly authority: string;
  nowMs(): number;
}

const HTTP_HEADER = `HTTP/1.0 200 OK\r
Server: clustermon\r
Access-Control-Allow-Origin: *\r
Content-Type: application/xml\r
Connection: close\r
\r
`;

/** What gmond gives to whoever connects. */
export function* gmondDocument(source: GangliaSource): Generator<string> {
  const nowS = Math.floor(source.nowMs() / 1000);
  yield `${PROLOGUE}${rootStart('gmond')}${clusterStart(source, nowS)}`;
  for (const host of shownHosts(source))
    yield hostXml(host, { dialect: 'gmond', nowS, wanted: '*' });
  yield '</CLUSTER>\n</GANGLIA_XML>\n';
}

/** What gmetad answers. What is asked for and is not here is left out; gmetad gives all of its parent for it. */
export function* gmetadDocument(source: GangliaSource, query: GangliaQuery): Generator<string> {
  const nowS = Math.floor(source.nowMs() / 1000);
  const grid = { NAME: source.cluster, AUTHORITY: source.authority, LOCALTIME: nowS };
  if (query.isHttp) yield HTTP_HEADER;
  yield `${PROLOGUE}${rootStart('gmetad')}<GRID${attributes(grid)}>\n`;
  if (isWanted(query.cluster, source.cluster)) {
    if (query.isSummary && query.host === '*') yield* summarized(source, query, nowS);
    else {
      yield clusterStart(source, nowS);
      // gmetad knows no summary of one host.
      const wanted = query.isSummary ? '' : query.metric;
      for (const host of wantedHosts(source, query.host)) {
        yield hostXml(host, { dialect: 'gmetad', nowS, wanted });
      }
      yield '</CLUSTER>\n';
    }
  }
  yield '</GRID>\n</GANGLIA_XML>\n';
}

/** That of the grid only to whoever asks for all clusters. */
function* summarized(source: GangliaSource, query: GangliaQuery, nowS: number): Generator<string> {
  const summary = new Summary();
  for (const host of shownHosts(source)) {
    summary.add(host);
    yield '';
  }
  if (query.cluster === '*') yield summary.xml({ extra: false });
  yield clusterStart(source, nowS);
  yield summary.xml({ extra: true });
  yield '</CLUSTER>\n';
}

function rootStart(dialect: Dialect): string {
  return `<GANGLIA_XML${attributes({ VERSION: GANGLIA_VERSION, SOURCE: dialect })}>\n`;
}

function clusterStart({ cluster, authority }: GangliaSource, nowS: number): string {
  const unspecified = { OWNER: 'unspecified', LATLONG: 'unspecified' };
  const all = { NAME: cluster, LOCALTIME: nowS, ...unspecified, URL: authority };
  return `<CLUSTER${attributes(all)}>\n`;
}

/** A host that was stopped on purpose is not missed: Ganglia would call it down. */
function shownHosts({ hosts }: GangliaSource): readonly LiveHost[] {
  return hosts.list().filter(({ state }) => state !== 'stopped');
}

function wantedHosts(source: GangliaSource, wanted: string): readonly LiveHost[] {
  return wanted === '*'
    ? shownHosts(source)
    : shownHosts(source).filter(({ name }) => folderName(name) === wanted);
}

function isWanted(wanted: string, name: string): boolean {
  return wanted === '*' || wanted === name;
}
