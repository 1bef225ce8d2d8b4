import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { choice, flag, integer, list, records, section, text, textMap } from './config.ts';
import { configError, readConfig } from './config-file.ts';

const sections = {
  agent: section({
    port: integer({ default: 8641, min: 0, max: 65535, doc: 'UDP port' }),
    group: text({ default: '239.2.11.72', doc: 'multicast group' }),
    labels: textMap({ default: {}, doc: 'labels of this host' }),
  }),
  collector: section({
    mode: choice(['slow', 'quick'], { default: 'quick', doc: 'how' }),
    open: flag({ default: false, doc: 'accept unsigned datagrams' }),
    networks: list({ default: [], doc: 'who may send' }),
    mirrors: records(
      section({
        url: text({ default: '', doc: 'where' }),
        weight: integer({ default: 1, min: 1, max: 9, doc: 'how often' }),
      }),
      { main: 'url', wanted: 'a list of URLs', doc: 'mirrors' },
    ),
    group: text({
      default: '',
      doc: 'checked text',
      check: { wanted: 'an IPv4 address', accepts: (value) => /^[\d.]+$/.test(value) },
    }),
  }),
};

const read = (name: string) =>
  readConfig(readFileSync(new URL(`testdata/config/${name}`, import.meta.url), 'utf8'), sections);

test('a good file overrides the defaults it names', () => {
  const { config, problems } = read('full.good.yaml');
  assert.deepEqual(problems, []);
  assert.deepEqual(config.agent, {
    port: 0,
    group: '239.2.11.72',
    labels: { rack: 'r07', u: '12' },
  });
  assert.deepEqual(config.collector.networks, ['10.0.0.0/8']);
  assert.equal(config.collector.mode, 'slow');
  assert.deepEqual(config.collector.mirrors, [
    { url: 'http://a', weight: 1 },
    { url: 'http://b', weight: 2 },
  ]);
});

test('every problem is reported with file, line, key and limit', () => {
  const { problems } = read('all.bad.yaml');
  assert.deepEqual(configError('c.yaml', problems).message.split('\n'), [
    'c.yaml:3: agent.port: 70000 is not a whole number from 0 to 65535',
    'c.yaml:4: agent.grup: unknown key "grup"; did you mean "group"?',
    'c.yaml:5: agent.labels: ["a","b"] is not names with a text each',
    'c.yaml:7: collector.mode: "fast" is not one of slow, quick',
    'c.yaml:8: collector.open: "yes" is not true or false',
    'c.yaml:9: collector.networks: ["10.0.0.0/8",7] is not a list of texts',
    'c.yaml:10: collector.group: "example" is not an IPv4 address',
    'c.yaml:13: collector.mirrors[1].weight: 0 is not a whole number from 1 to 9',
    'c.yaml:13: collector.mirrors[1]: lacks url',
    'c.yaml:14: collector.mirrors[1].urk: unknown key "urk"; did you mean "url"?',
    'c.yaml:15: collector.mirrors[2]: lacks url',
    'c.yaml:16: pex: unknown section "pex"; known: agent, collector',
    'c.yaml:18: agent2: unknown section "agent2"; did you mean "agent"?',
  ]);
});

test('an empty file gives the defaults, which cannot be changed', () => {
  const { config, problems } = readConfig('', sections);
  assert.deepEqual(problems, []);
  assert.equal(config.agent.port, 8641);
  assert.throws(() => {
    (config.agent as { port: number }).port = 1;
  }, TypeError);
});

test('YAML that does not parse is a problem with a line, not an exception', () => {
  const { problems } = readConfig('agent:\n  port: [1\ncollector: }', sections);
  assert.ok(problems.length > 0);
  assert.ok((problems[0]?.line ?? 0) >= 2);
});
