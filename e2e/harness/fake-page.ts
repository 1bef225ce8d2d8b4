/** For the tests of one file: a browser, and the page over the fake appliance, whose values can be computed. */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import type { Browser, Page } from 'playwright';
import { FakeAppliance } from '../../ui/testing/fake-appliance.ts';
import { openPage, type PageOptions, startBrowser } from './browser.ts';

export interface FakePage {
  readonly server: FakeAppliance;
  /** Opens the page, waits until it is live, and holds it to have reported no fault after the steps. */
  on(path: string, steps: (page: Page) => Promise<void>, options?: PageOptions): Promise<void>;
}

export function useFakePage(hostCount: number): FakePage {
  const server = new FakeAppliance(hostCount);
  let browser: Browser;
  let url: string;
  before(async () => {
    browser = await startBrowser();
    url = await server.start();
  });
  after(async () => {
    await browser.close();
    await server.close();
  });
  return {
    server,
    async on(path, steps, options = {}) {
      const { page, faults } = await openPage(browser, url + path, options);
      try {
        await page.getByRole('button', { name: 'live', exact: true }).waitFor();
        await steps(page);
        assert.deepEqual(faults, []);
      } finally {
        await page.close();
      }
    },
  };
}
