import type { TestResult } from './rule-test-runner.ts';

/** JUnit XML, one test suite per file, as build servers read it. */
export function formatJunit(results: readonly TestResult[]): string {
  const files = [...new Set(results.map(({ file }) => file))];
  const suites = files.map((file) =>
    suite(
      file,
      results.filter((result) => result.file === file),
    ),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('')}</testsuites>\n`;
}

function suite(file: string, results: readonly TestResult[]): string {
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const cases = results.map(({ name, failures, durationMs }) => {
    const head = `    <testcase name="${escapeXml(name)}" classname="${escapeXml(file)}" time="${(durationMs / 1000).toFixed(3)}"`;
    if (failures.length === 0) return `${head}/>\n`;
    const message = escapeXml(failures[0]?.split('\n')[0]?.trim() ?? '');
    return `${head}>\n      <failure message="${message}">${escapeXml(failures.join('\n'))}</failure>\n    </testcase>\n`;
  });
  return `  <testsuite name="${escapeXml(file)}" tests="${results.length}" failures="${failed}" errors="0">\n${cases.join('')}  </testsuite>\n`;
}

/** Text and attributes of XML; characters that XML 1.0 cannot hold become U+FFFD. */
function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
}
