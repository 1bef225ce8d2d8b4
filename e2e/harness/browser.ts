/** Debian's Chromium for a test: one browser, a page per test that notices everything it should not do. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Locator, type Page } from 'playwright';
import type { TestHost } from './network.ts';
import { waitFor } from './process.ts';

const CHROMIUM = '/usr/bin/chromium';
const ARTEFACTS = join(import.meta.dirname, '..', 'artefacts');

/** Without these Chromium calls home, which a closed network refuses many times a second. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @param host of a test network inside which it runs; this machine when absent */
export async function startBrowser(host?: TestHost): Promise<Browser> {
  if (!host) return chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-browser-'));
  const inside = join(folder, 'chromium');
  const command = `exec ip netns exec ${host.namespace} ${CHROMIUM} "$@"`;
  writeFileSync(inside, `#!/bin/sh\n${command}\n`, { mode: 0o755 });
  const browser = await chromium.launch({ executablePath: inside, args: ARGUMENTS });
  rmSync(folder, { recursive: true });
  return browser;
}

export interface PageOptions {
  readonly theme?: 'dark' | 'light';
  readonly width?: number;
  readonly height?: number;
  /** Runs before the page is loaded. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

/** A page, and what went wrong on it: script errors, refused content, requests to other origins. */
export interface WatchedPage {
  readonly page: Page;
  readonly faults: readonly string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  { theme = 'dark', width = 1440, height = 900, prepare }: PageOptions = {},
): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: theme });
  const faults: string[] = [];
  const { origin } = new URL(url);
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) faults.push(message.text());
  });
  page.on('request', (request) => {
    const target = request.url();
    if (!target.startsWith(origin) && !/^(blob|data):/.test(target))
      faults.push(`request: ${target}`);
  });
  await prepare?.(page);
  await page.goto(url);
  return { page, faults };
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Puts the pointer into an element that may still be moving, because parts above it are not loaded yet.
 * @param share of its width, from the left; `top` in pixels from its upper edge
 * @returns where the element is, with the pointer in it
 */
export async function pointAt(
  element: Locator,
  { share, top }: { readonly share: number; readonly top: number },
): Promise<Box> {
  const page = element.page();
  return waitFor('an element that stands still', async () => {
    if ((await page.locator('[aria-busy=true]').count()) > 0) return undefined;
    const before = (await element.boundingBox())!;
    await page.mouse.move(before.x + before.width * share, before.y + top);
    const after = (await element.boundingBox())!;
    return JSON.stringify(before) === JSON.stringify(after) ? after : undefined;
  });
}

/** Keeps a picture of the page for people to look at; git ignores the folder. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  mkdirSync(ARTEFACTS, { recursive: true });
  await page.screenshot({ path: join(ARTEFACTS, `${name}.png`) });
}

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly {
    readonly target: readonly string[];
    readonly failureSummary: string;
  }[];
}

/** Fails on violations of WCAG A and AA that axe-core calls serious or critical. */
export async function assertAccessible(page: Page, name: string): Promise<void> {
  await page.evaluate(readFileSync(axePath, 'utf8'));
  const violations = (await page.evaluate(
    "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }).then((result) => result.violations)",
  )) as readonly Violation[];
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const text = serious.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .slice(0, 3)
        .map((node) => `${node.target.join(' ')} (${node.failureSummary})`)
        .join('; ')}`,
  );
  assert.deepEqual(text, [], `${name}: accessibility`);
}
