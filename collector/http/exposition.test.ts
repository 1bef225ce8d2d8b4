import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ExpositionFormat,
  type Family,
  formatExposition,
  preferredFormat,
} from './exposition.ts';

const families: readonly Family[] = [
  {
    name: 'things_total',
    type: 'counter',
    help: 'Back\\slash, "quote" and\nline.',
    samples: [{ labels: { path: 'C:\\"x"\n' }, value: 3 }],
  },
  {
    name: 'seconds',
    type: 'histogram',
    help: '',
    samples: [{ suffix: '_bucket', labels: { le: '+Inf' }, value: Number.POSITIVE_INFINITY }],
  },
  { name: 'up', type: 'untyped', help: '', samples: [{ value: 1, timeMs: 1_500 }] },
];

const expected: Readonly<Record<ExpositionFormat, readonly string[]>> = {
  text: [
    '# HELP things_total Back\\\\slash, "quote" and\\nline.',
    '# TYPE things_total counter',
    'things_total{path="C:\\\\\\"x\\"\\n"} 3',
    '# TYPE seconds histogram',
    'seconds_bucket{le="+Inf"} +Inf',
    '# TYPE up untyped',
    'up 1 1500',
  ],
  openmetrics: [
    '# TYPE things counter',
    '# HELP things Back\\\\slash, \\"quote\\" and\\nline.',
    'things_total{path="C:\\\\\\"x\\"\\n"} 3',
    '# TYPE seconds histogram',
    'seconds_bucket{le="+Inf"} +Inf',
    '# TYPE up unknown',
    'up 1 1.5',
    '# EOF',
  ],
};
for (const format of ['text', 'openmetrics'] as const) {
  test(`families as ${format}`, () => {
    assert.equal(formatExposition(families, format), `${expected[format].join('\n')}\n`);
  });
}

const accepted: readonly (readonly [format: ExpositionFormat, accept: string | undefined])[] = [
  ['text', undefined],
  ['text', '*/*'],
  ['text', 'text/plain;version=0.0.4;q=1, application/openmetrics-text;q=0.5, */*;q=0.1'],
  ['text', 'application/openmetrics-text;q=0'],
  ['text', 'application/openmetrics-text;q=many'],
  ['openmetrics', 'application/openmetrics-text'],
  ['openmetrics', 'Application/OpenMetrics-Text; version=1.0.0; charset=utf-8, */*;q=0.1'],
  [
    'openmetrics',
    'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4',
  ],
];
for (const [format, accept] of accepted) {
  test(`who accepts ${accept} gets ${format}`, () => {
    assert.equal(preferredFormat(accept), format);
  });
}
