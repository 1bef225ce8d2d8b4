import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatGoTime } from '../../alerts/template/time-format.ts';
import { parseNotifyConfig } from '../config-file.ts';
import type { Notification } from '../payload.ts';
import { writerOf } from '../receivers/writer.ts';
import { MessageTemplates } from './message-template.ts';
import { loadTemplates } from './template-files.ts';

const START_MS = Date.parse('2026-11-21T03:04:05.67Z');
const NOTIFICATION: Notification = {
  receiver: 'team-x',
  groupKey: '{}:{alertname="TooHot"}',
  groupLabels: { alertname: 'TooHot' },
  alerts: [
    {
      labels: { alertname: 'TooHot', host: 'n001', zone: '<a>', rack: 'r07' },
      annotations: { summary: 'n001 is hot' },
      startsAtMs: START_MS,
      endsAtMs: undefined,
      generatorUrl: 'http://head:8640/host/n001',
      value: 91.5,
    },
    {
      labels: { alertname: 'TooHot', host: 'n002', zone: '<a>', rack: 'r07' },
      annotations: { summary: 'n002 was hot' },
      startsAtMs: START_MS,
      endsAtMs: START_MS + 30_000,
      generatorUrl: '',
    },
  ],
  timeMs: START_MS + 90_000,
  externalUrl: 'http://head:8640',
};

/** Those without a note give the same with `amtool template render`. */
const texts: readonly { readonly template: string; readonly want: string }[] = [
  { template: '{{ .Status | toUpper }}: {{ .Receiver }}', want: 'FIRING: team-x' },
  {
    template: '{{ len .Alerts.Firing }}/{{ .Alerts.Resolved | len }}/{{ len .Alerts }}',
    want: '1/1/2',
  },
  {
    template: '{{ range .Alerts.Firing }}{{ .Labels.host }} {{ .Annotations.summary }}{{ end }}',
    want: 'n001 n001 is hot',
  },
  {
    template: '{{ range .CommonLabels.SortedPairs }}{{ .Name }}={{ .Value }};{{ end }}',
    want: 'alertname=TooHot;rack=r07;zone=<a>;',
  },
  {
    template: '{{ with .CommonLabels.Remove .GroupLabels.Names }}{{ join "," .Values }}{{ end }}',
    want: 'r07,<a>',
  },
  {
    template: '{{ (.CommonLabels.Remove (stringSlice "zone" "rack")).Names | join "," }}',
    want: 'alertname',
  },
  { template: '{{ .CommonLabels.SortedPairs.Names | join " " }}', want: 'alertname rack zone' },
  { template: '[{{ .CommonLabels.nothing }}]', want: '[]' },
  {
    template: '{{ range $k, $v := .GroupLabels }}{{ $k }}:{{ $v | toLower }}{{ end }}',
    want: 'alertname:toohot',
  },
  {
    template:
      '{{ title "too hot" }} {{ match "^n0" "n001" }} {{ reReplaceAll "n(\\\\d+)" "node-$1" "n001" }}',
    want: 'Too Hot true node-001',
  },
  {
    template: '{{ (index .Alerts 0).StartsAt.Format "2006-01-02 15:04:05 MST" }}',
    want: '2026-11-21 03:04:05 UTC',
  },
  {
    template: '{{ .ExternalURL }}{{/* nothing */}}{{ if false }}x{{ else }}y{{ end }}',
    want: 'http://head:8640y',
  },
  { template: '{{ template "mine" . }}', want: 'mine: TooHot' },
  { template: '{{ .CommonAnnotations.SortedPairs | len }}', want: '0' },
  { template: '{{ (index .Alerts 0).EndsAt.IsZero }}', want: 'true' },
  // Of newer releases than 0.25.
  {
    template: '{{ (index .Alerts 0).StartsAt | tz "Europe/Berlin" | date "15:04 MST -0700" }}',
    want: '04:04 CET +0100',
  },
  {
    template: '{{ ((index .Alerts 0).StartsAt | tz "Asia/Kolkata").Format "02 Jan 15:04Z07:00" }}',
    want: '21 Nov 08:34+05:30',
  },
  {
    template: '{{ tz "America/New_York" (index .Alerts 0).StartsAt }}',
    want: '2026-11-20 22:04:05.67 -0500 EST',
  },
  {
    template: '{{ .CommonLabels | toJson }} {{ "a<\\"b\\"" | toJson }} {{ len .Alerts | toJson }}',
    want: '{"alertname":"TooHot","rack":"r07","zone":"\\u003ca\\u003e"} "a\\u003c\\"b\\"" 2',
  },
  {
    template: '{{ (index .Alerts 0).StartsAt | toJson }} {{ .CommonLabels.Names | toJson }}',
    want: '"2026-11-21T03:04:05.67Z" ["alertname","rack","zone"]',
  },
  {
    template: '{{ index .Alerts 1 | toJson }}',
    want: '{"status":"resolved","labels":{"alertname":"TooHot","host":"n002","rack":"r07","zone":"\\u003ca\\u003e"},"annotations":{"summary":"n002 was hot"},"startsAt":"2026-11-21T03:04:05.67Z","endsAt":"2026-11-21T03:04:35.67Z","generatorURL":"","fingerprint":"79aab2b5f3111678"}',
  },
];

const templates = new MessageTemplates();
templates.add('{{ define "mine" }}mine: {{ .GroupLabels.alertname }}{{ end }}');

for (const { template, want } of texts) {
  test(`template ${template}`, () => {
    assert.equal(templates.template(template, 'text').expand(NOTIFICATION), want);
  });
}

test('of our own: the texts without templates, also by the names of Alertmanager, and the value', () => {
  const expand = (text: string) => templates.template(text, 'text').expand(NOTIFICATION);
  assert.equal(
    expand('{{ template "slack.default.title" . }} {{ (index .Alerts 0).Value }}'),
    '[FIRING:1] TooHot (rack=r07 zone=<a>) 91.5',
  );
  assert.match(expand('{{ .Text }}'), /^firing: n001 is hot\n/);
});

test('HTML: what is printed is escaped, what the template says is not', () => {
  const text =
    '<b title="{{ .CommonLabels.zone }}">{{ .CommonLabels.zone }}</b>{{ "<i>" | safeHtml }}';
  assert.equal(
    templates.template(text, 'html').expand(NOTIFICATION),
    '<b title="&lt;a&gt;">&lt;a&gt;</b><i>',
  );
});

const failing: readonly { readonly template: string; readonly want: RegExp }[] = [
  {
    template: '{{ .CommonLabel.x }}',
    want: /can't evaluate field CommonLabel in type template\.Data/,
  },
  { template: '{{ index .Alerts 7 }}', want: /index out of range: 7/ },
  { template: '{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}', want: /depth/ },
  {
    template: '{{ tz "Mars/Base" (index .Alerts 0).StartsAt }}',
    want: /error calling tz: unknown time zone Mars\/Base/,
  },
  {
    template: '{{ (index .Alerts 1).Value | toJson }}',
    want: /error calling toJson: json: unsupported value: NaN/,
  },
  { template: '{{ .Status 1 }}', want: /can't give argument to non-function \.Status/ },
];

for (const { template, want } of failing) {
  test(`${template} fails at run time: the log says so, the usual text is sent`, () => {
    const said: unknown[] = [];
    const write = writerOf('team/slack[0]', {
      warn: (event, fields) => said.push([event, fields]),
    });
    assert.equal(write(templates.template(template, 'text'), NOTIFICATION, 'usual'), 'usual');
    const [[event, fields] = []] = said as [string, { integration: string; detail: string }][];
    assert.equal(event, 'message-template-failed');
    assert.equal(fields?.integration, 'team/slack[0]');
    assert.match(fields?.detail ?? '', want);
  });
}

const FILE = `route: {receiver: a}
templates: ['*.tmpl']
receivers:
  - name: a
    slack_configs:
      - api_url: http://127.0.0.1:2/
        title: TITLE
`;

const refused: readonly {
  readonly name: string;
  readonly file: string;
  readonly title: string;
  readonly want: string;
}[] = [
  {
    name: 'a fault in a file',
    file: '{{ define "x" }}\n  a {{ nofunc 1 }}\n{{ end }}',
    title: 'x',
    want: '2:12: FOLDER/a.tmpl:2:8: function "nofunc" not defined',
  },
  {
    name: 'an action that is not closed',
    file: '{{ define "x" }}\n{{ end',
    title: 'x',
    want: '2:12: FOLDER/a.tmpl:2:1: unclosed action',
  },
  {
    name: 'a fault in a field',
    file: '',
    title: '"a {{ .Status | }}"',
    want: '7:16: template: 1:15: missing value for command',
  },
  {
    name: 'a name that no file defines, also by way of another',
    file: '{{ define "x" }}{{ if .Status }}{{ template "y" . }}{{ end }}{{ end }}',
    title: `'{{ template "x" . }}'`,
    want: '7:16: template "y" is not defined; name its file in templates:',
  },
];

for (const { name, file, title, want } of refused) {
  test(`refuses ${name}, with its place`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'templates-'));
    try {
      writeFileSync(join(folder, 'a.tmpl'), file);
      const { problems } = parseNotifyConfig(FILE.replace('TITLE', title), (patterns) =>
        loadTemplates(patterns, folder),
      );
      const told = problems.map(({ line, column, message }) => `${line}:${column}: ${message}`);
      assert.deepEqual(told, [want.replace('FOLDER', folder)]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

for (const { layout, want } of [
  { layout: '2006-01-02T15:04:05.000Z07:00', want: '2026-11-21T03:04:05.670Z' },
  { layout: 'Mon Jan _2 3:04PM 2006', want: 'Sat Nov 21 3:04AM 2026' },
  { layout: 'Monday, 02-Jan-06 15:04:05.999 -0700', want: 'Saturday, 21-Nov-26 03:04:05.67 +0000' },
]) {
  test(`time as ${layout}`, () => assert.equal(formatGoTime(START_MS, layout), want));
}
