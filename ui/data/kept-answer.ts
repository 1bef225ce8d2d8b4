/** What was asked of a range that is on screen: a page asks to learn what there is to draw, its chart to draw it, and one request serves both. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Window } from './history.ts';

export class KeptAnswer<T> {
  readonly #ask: (window: Window) => Promise<T>;
  readonly #sameSeconds: number;
  readonly #newest = signal<T | undefined>(undefined);
  #last: { readonly window: Window; readonly answer: Promise<T> } | undefined;

  /** @param sameSeconds a window whose ends differ by no more than this from those of the last one has its answer */
  constructor(ask: (window: Window) => Promise<T>, sameSeconds: number) {
    this.#ask = ask;
    this.#sameSeconds = sameSeconds;
  }

  /** Of the last window that was answered; undefined until then. */
  get newest(): ReadonlySignal<T | undefined> {
    return this.#newest;
  }

  /** Neither a failure is kept, nor what lies before the last window: that is the same range of an earlier day, to compare with. */
  load(window: Window): Promise<T> {
    const last = this.#last;
    if (last && this.#isSame(last.window, window)) return last.answer;
    const answer = this.#ask(window);
    if (last && window.toS < last.window.toS) return answer;
    this.#last = { window, answer };
    answer.then(
      (value) => {
        if (this.#last?.answer === answer) this.#newest.value = value;
      },
      () => {
        if (this.#last?.answer === answer) this.forget();
      },
    );
    return answer;
  }

  /** What is loaded next is asked for, whatever its window. */
  forget(): void {
    this.#last = undefined;
  }

  #isSame(a: Window, b: Window): boolean {
    return (
      Math.abs(a.fromS - b.fromS) <= this.#sameSeconds &&
      Math.abs(a.toS - b.toS) <= this.#sameSeconds
    );
  }
}
