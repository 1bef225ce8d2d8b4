import { TemplateCallError } from './functions.ts';

/** Characters that count as much as one node. */
const CHARACTERS = 64;

/**
 * What templates may still do: nodes that they run, and the text that they make. Without a bound a loop within a loop would hold the thread
 * that evaluates all rules, or take its memory.
 */
export class TemplateWork {
  #left: number;

  /** @param nodes some ten are usual in a text */
  constructor(nodes: number) {
    this.#left = nodes;
  }

  /** @throws TemplateCallError when nothing is left */
  spend(nodes: number): void {
    this.#left -= nodes;
    if (this.#left < 0) {
      throw new TemplateCallError('the template runs too long, or makes too much text');
    }
  }

  spendText(text: string): void {
    this.spend(text.length / CHARACTERS);
  }
}
