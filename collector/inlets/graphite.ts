import {
  labelName,
  metricName,
  numberOf,
  type ReceivedSample,
  refused,
  shown,
  UNTOLD,
} from './received-sample.ts';

/**
 * One line of Graphite's plaintext protocol: `web01.cpu.user 12.5 1767225600`. The first part of the path is the host, the rest the metric
 * (`cpu_user`). With tags, as in `cpu.user;host=web01;core=0 12.5 1767225600`, the tag `host` names the host and the whole path the metric.
 * The time may be left out, or be `N` or -1 for now.
 * Source: Graphite documentation, "Feeding In Your Data", "Tag Support".
 * @throws InputError `inlet-sample`
 */
export function parseGraphite(line: string): ReceivedSample {
  const [series = '', valueText = '', timeText = 'N', ...rest] = line.trim().split(/\s+/);
  if (valueText === '' || rest.length > 0) {
    throw refused('line', `${shown(line)} is not "path value time"`);
  }
  const [path = '', ...tagTexts] = series.split(';');
  const tags = new Map(tagTexts.map(tagOf));
  const host = tags.get('host');
  tags.delete('host');
  const dot = path.indexOf('.');
  if (host === undefined && dot <= 0) {
    throw refused('path', `${shown(path)} names no host: send HOST.METRIC, or a tag host=HOST`);
  }
  return {
    host: host ?? path.slice(0, dot),
    name: metricName(host === undefined ? path.slice(dot + 1) : path),
    labels: Object.fromEntries(tags),
    meaning: UNTOLD,
    value: numberOf('value', valueText),
    timeMs: timeText === 'N' || timeText === '-1' ? undefined : numberOf('time', timeText) * 1000,
  };
}

function tagOf(text: string): [name: string, value: string] {
  const equals = text.indexOf('=');
  if (equals <= 0) throw refused('tag', `${shown(text)} is not name=value`);
  return [labelName(text.slice(0, equals)), text.slice(equals + 1)];
}
