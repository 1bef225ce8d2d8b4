import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Template } from './expand.ts';
import { TemplateSyntaxError } from './lexer.ts';
import { TemplateWork } from './work.ts';

/** `want` as promtool 2.42 printed it for the same template, labels and value. */
const cases: readonly {
  readonly template: string;
  readonly want: string;
  readonly value?: number;
}[] = [
  { template: 'plain text', want: 'plain text' },
  { template: '{{ $labels.job }} {{ $labels.nope }}|', want: 'a |' },
  { template: '{{ $labels }}', want: 'map[__name__:x job:a]' },
  { template: '{{ .Labels.job }} {{ .Value }}', want: 'a 1.234567891e+06', value: 1234567.891 },
  {
    template: '{{ ($value | toTime).Format "2006-01-02 15:04" }}',
    want: '2001-09-09 01:46',
    value: 1e9,
  },
  {
    template: '{{ .labels.job }}',
    want: '<error expanding template: error executing template __alert_A: template: __alert_A:1:122: executing "__alert_A" at <.labels.job>: can\'t evaluate field labels in type struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value float64 }>',
  },
  { template: '{{ $value }}', want: '100000', value: 100_000 },
  { template: '{{ $value }}', want: '1e+06', value: 1_000_000 },
  { template: '{{ $value }}', want: '1e+300', value: 1e300 },
  { template: '{{ $value }}', want: 'NaN', value: Number.NaN },
  { template: '{{ $value }}', want: '+Inf', value: Number.POSITIVE_INFINITY },
  {
    template: '{{ 1.5 }} {{ 3 }} {{ 1e6 }} {{ 1e21 }} {{ 0.00001 }}',
    want: '1.5 3 1e+06 1e+21 1e-05',
  },
  {
    template: '{{ $value | humanize }} {{ humanize1024 $value }}',
    want: '1.235M 1.177Mi',
    value: 1234567.891,
  },
  { template: '{{ humanizeDuration $value }}', want: '14d 6h 56m 7s', value: 1234567.891 },
  { template: '{{ humanizeDuration 0.0123 }} {{ humanizeDuration -5.5 }}', want: '12.3ms -5.5s' },
  { template: '{{ humanizePercentage $value }}', want: '25%', value: 0.25 },
  { template: '{{ humanizeTimestamp 1435065584.128 }}', want: '2015-06-23 13:19:44.128 +0000 UTC' },
  { template: '{{ humanize "1234567" }} {{ humanize -0.00012 }}', want: '1.235M -120u' },
  {
    template: '{{ printf "%.2f|%5.1f|%-8s|%+d|%q" $value $value "ab" 5 "q\\"" }}',
    want: '0.25|  0.2|ab      |+5|"q\\""',
    value: 0.25,
  },
  {
    template: '{{ printf "%d %s" $value $value }}',
    want: '%!d(float64=0.25) %!s(float64=0.25)',
    value: 0.25,
  },
  {
    template: '{{ printf "%s %s" "a" }} {{ printf "%d" 1 2 }}',
    want: 'a %!s(MISSING) 1%!(EXTRA int=2)',
  },
  {
    template:
      '{{ printf "%08.2f|%x|%t|%c|%U|%T|%%|%6d|%-6d|" -3.14159 "hi" true 65 65 $value 42 42 }}',
    want: '-0003.14|6869|true|A|U+0041|float64|%|    42|42    |',
  },
  {
    template: '{{ if gt $value 10.0 }}big{{ else if eq $labels.job "a" }}a{{ else }}small{{ end }}',
    want: 'a',
    value: 3,
  },
  {
    template: '{{ if gt $value 10.0 }}big{{ else }}small{{ end }}',
    want: 'big',
    value: Number.NaN,
  },
  {
    template: '{{ range $k, $v := $labels }}{{ $k }}={{ $v }};{{ end }}',
    want: '__name__=x;job=a;',
  },
  { template: '{{ range query "nope" }}x{{ else }}none{{ end }}', want: 'none' },
  { template: '{{ with query "x" }}{{ . | first | value }}{{ end }}', want: '7' },
  {
    template: '{{ range query "x" | sortByLabel "job" }}[{{ .Labels.job }} {{ .Value }}]{{ end }}',
    want: '[a 9][b 7]',
  },
  { template: '{{ query "x" | first | label "job" }}', want: 'b' },
  {
    template: '{{ title "hello wOrld-foo" }} {{ toUpper "abc" }} {{ toLower "ABC" }}',
    want: 'Hello WOrld-Foo ABC abc',
  },
  {
    template: '{{ match "a.*" "xab" }} {{ reReplaceAll "(a+)b" "<$1>" "aab xab" }}',
    want: 'true <aa> x<a>',
  },
  { template: '{{- /* c */ -}} x {{- " y " -}}  z', want: 'x y z' },
  {
    template:
      '{{ len $labels }} {{ index $labels "job" }} {{ and true "x" }} {{ or "" "y" }} {{ not true }}',
    want: '2 a x y false',
  },
  { template: '{{ print 1 2 "x" 3.5 }} {{ println "z" 1 }}', want: '1 2x3.5 z 1\n' },
  { template: '{{ define "t" }}<{{ . }}>{{ end }}{{ template "t" $labels.job }}', want: '<a>' },
  { template: '{{ $x := 5 }}{{ $x = 6 }}{{ $x }}', want: '6' },
  {
    template:
      '{{ range $i, $e := query "x" }}{{ if eq $i 1 }}{{ break }}{{ end }}{{ $e.Value }}{{ end }}',
    want: '7',
  },
  { template: '{{ graphLink "up == 0" }}', want: '/graph?g0.expr=up+%3D%3D+0&g0.tab=0' },
  { template: '{{ stripPort "h:90" }} {{ stripDomain "a.b.c:9" }}', want: 'h a:9' },
  {
    template: '{{ html "<a>" }} {{ js "it\'s" }} {{ urlquery "a b&c" }}',
    want: "&lt;a&gt; it\\'s a+b%26c",
  },
  { template: '{{ (query "x" | first).Value }} {{ slice "abcdef" 1 3 }}', want: '7 bc' },
  {
    template: '{{ $externalURL }} {{ externalURL }} {{ pathPrefix }} {{ $externalLabels.foo }}',
    want: 'http://ex.org/p http://ex.org/p /p bar',
  },
  {
    template: '{{ parseDuration "1h30m" }} {{ toTime 1435065584.128 }} {{ args 1 "b" }}',
    want: '5400 2015-06-23 13:19:44.128 +0000 UTC map[arg0:1 arg1:b]',
  },
  {
    template: '{{ first (query "nope") }}',
    want: '<error expanding template: error executing template __alert_A: template: __alert_A:1:115: executing "__alert_A" at <first (query "nope")>: error calling first: first() called on vector with no elements>',
  },
  {
    template: '{{ eq 1 1.0 }}',
    want: '<error expanding template: error executing template __alert_A: template: __alert_A:1:115: executing "__alert_A" at <eq 1 1.0>: error calling eq: incompatible types for comparison>',
  },
  {
    template: '{{ $labels.job.foo }}',
    want: '<error expanding template: error executing template __alert_A: template: __alert_A:1:122: executing "__alert_A" at <$labels.job.foo>: can\'t evaluate field foo in type string>',
  },
];

for (const { template, want, value = 1 } of cases) {
  test(`${template} of ${value}`, () => {
    const data = {
      labels: { __name__: 'x', job: 'a' },
      externalLabels: { foo: 'bar' },
      externalUrl: 'http://ex.org/p',
      value,
    };
    const context = {
      query: (expr: string) =>
        expr === 'x'
          ? [
              { labels: { job: 'b' }, value: 7 },
              { labels: { job: 'a' }, value: 9 },
            ]
          : [],
      externalUrl: 'http://ex.org/p',
      nowMs: 0,
      work: new TemplateWork(2000),
    };
    assert.equal(new Template(template).expandOrExplain(data, context, '__alert_A'), want);
  });
}

const refused = [
  { template: '{{ $labels.job', message: 'unclosed action' },
  { template: '{{ nofunc 1 }}', message: 'function "nofunc" not defined' },
  { template: '{{ $nope }}', message: 'undefined variable "$nope"' },
  { template: '{{ if true }}x', message: 'unexpected EOF' },
  { template: '{{ end }}', message: 'unexpected {{end}}' },
  { template: '{{ 5 | 6 }}', message: 'non executable command in pipeline stage 2' },
  { template: '{{ if }}x{{ end }}', message: 'missing value for if' },
  { template: '{{ "a }}', message: 'unterminated quoted string' },
  { template: '{{ break }}', message: '{{break}} outside {{range}}' },
  { template: `${'{{ if true }}'.repeat(200)}`, message: 'max nesting depth of 100 exceeded' },
  {
    template: `{{ if true }}${'{{ else if true }}'.repeat(20_000)}{{ end }}`,
    message: 'max nesting depth of 100 exceeded',
  },
  {
    template: '{{ if true }}{{ define "a" }}{{ end }}{{ end }}',
    message: 'unexpected <define> in command',
  },
];

for (const { template, message } of refused) {
  test(`refuses ${template.slice(0, 40)}`, () => {
    assert.throws(
      () => new Template(template),
      (error: unknown) => {
        assert.ok(error instanceof TemplateSyntaxError);
        assert.equal(error.message, message);
        return true;
      },
    );
  });
}

const DATA = { labels: {}, externalLabels: {}, externalUrl: '', value: 1 };
const world = () => ({
  query: () => [],
  externalUrl: '',
  nowMs: 0,
  work: new TemplateWork(100_000),
});

for (const { name, template, want } of [
  {
    name: 'calls itself',
    template: '{{ define "t" }}{{ template "t" . }}{{ end }}{{ template "t" 1 }}',
    want: /exceeded maximum template depth/,
  },
  {
    name: 'loops within loops',
    template: '{{ range 1000 }}{{ range 1000 }}{{ if true }}{{ end }}{{ end }}{{ end }}',
    want: /the template runs too long/,
  },
  {
    name: 'counts to a billion',
    template: '{{ range 1000000000 }}{{ end }}',
    want: /the template runs too long/,
  },
  {
    name: 'doubles its text',
    template: '{{ $a := "aaaaaaaa" }}{{ range 40 }}{{ $a = print $a $a }}{{ end }}',
    want: /makes too much text/,
  },
  {
    name: 'queries in a loop',
    template: '{{ range 10000 }}{{ $x := query "up" }}{{ end }}',
    want: /the template runs too long/,
  },
]) {
  test(`a template that ${name} ends with an error`, () => {
    assert.match(new Template(template).expandOrExplain(DATA, world(), 'n'), want);
  });
}

test('numbers have a thousand digits at most, texts are as long as asked', () => {
  const length = (template: string) => new Template(template).expand(DATA, world()).length;
  assert.equal(length('{{ printf "%.500000000d" 5 }}'), 1000);
  assert.equal(length('{{ printf "%.900000f" 0.5 }}'), 1002);
  assert.equal(length(`{{ printf "%.2000s" "${'a'.repeat(3000)}" }}`), 2000);
});
