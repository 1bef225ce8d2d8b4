/** Debian's Chromium for the benchmarks of the page, and its own counters. */
import { type Browser, type CDPSession, chromium, type Page } from 'playwright';

export async function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
  });
}

interface Counters {
  /** Seconds of the page's main thread: script, style, layout, paint. */
  readonly TaskDuration: number;
  readonly ScriptDuration: number;
  readonly JSHeapUsedSize: number;
}

export interface Load {
  readonly script: readonly number[];
  /** Script, style, layout and paint of each second, ms. */
  readonly all: readonly number[];
  /** Tasks over 50 ms, ms each. */
  readonly longTasks: readonly number[];
  readonly heapBytesBefore: number;
  readonly heapBytesGrown: number;
}

/** One page whose work is counted. */
export class MeasuredPage {
  readonly page: Page;
  readonly #session: CDPSession;

  static async open(browser: Browser, size = { width: 1440, height: 900 }): Promise<MeasuredPage> {
    const context = await browser.newContext({ viewport: size });
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    // Time of the thread, not of the clock: what other programs take does not count.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.addInitScript(
      'window.longTasks = []; new PerformanceObserver((list) => { for (const task of list.getEntries()) longTasks.push([task.startTime, task.duration]); }).observe({ type: "longtask", buffered: true });',
    );
    return new MeasuredPage(page, session);
  }

  constructor(page: Page, session: CDPSession) {
    this.page = page;
    this.#session = session;
  }

  /** Reads the counters each second. */
  async measure(seconds: number): Promise<Load> {
    const startMs = await this.evaluate<number>('performance.now()');
    const heapBefore = await this.#heapBytes();
    const counters: Counters[] = [];
    for (let second = 0; second <= seconds; second++) {
      counters.push(await this.#read());
      await this.page.waitForTimeout(1_000);
    }
    const heapAfter = await this.#heapBytes();
    const longTasks = await this.evaluate<number[]>(
      `longTasks.filter(([start]) => start > ${startMs}).map(([, duration]) => duration)`,
    );
    return {
      script: differences(counters.map((one) => one.ScriptDuration * 1000)),
      all: differences(counters.map((one) => one.TaskDuration * 1000)),
      longTasks,
      heapBytesBefore: heapBefore,
      heapBytesGrown: heapAfter - heapBefore,
    };
  }

  async evaluate<T>(script: string): Promise<T> {
    return (await this.page.evaluate(script)) as T;
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  async #read(): Promise<Counters> {
    const { metrics } = await this.#session.send('Performance.getMetrics');
    return Object.fromEntries(
      metrics.map(({ name, value }) => [name, value]),
    ) as unknown as Counters;
  }

  async #heapBytes(): Promise<number> {
    await this.#session.send('HeapProfiler.collectGarbage');
    return (await this.#read()).JSHeapUsedSize;
  }
}

function differences(values: readonly number[]): number[] {
  return values.slice(1).map((value, index) => value - values[index]!);
}
