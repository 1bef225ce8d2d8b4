import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { reasonOf } from '../../../base/errors.ts';
import { TemplateSyntaxError } from '../../alerts/template/lexer.ts';
import { readTextFile } from '../../alerts/text-file.ts';
import { MessageTemplates } from './message-template.ts';

export interface LoadedTemplates {
  readonly templates: MessageTemplates;
  /** Each with its file, line and column. */
  readonly problems: readonly string[];
}

/**
 * Reads template files in the order of their patterns.
 * @param folder of the configuration file: patterns are relative to it. One without a match is none, as in Alertmanager.
 */
export function loadTemplates(patterns: readonly string[], folder: string): LoadedTemplates {
  const templates = new MessageTemplates();
  const problems: string[] = [];
  for (const file of patterns.flatMap((one) => globSync(resolve(folder, one)).sort())) {
    let text = '';
    try {
      text = readTextFile(file);
      templates.add(text);
    } catch (error) {
      problems.push(
        error instanceof TemplateSyntaxError
          ? `${file}:${placeOf(error, text)}: ${error.message}`
          : `${file}: ${reasonOf(error)}`,
      );
    }
  }
  return { templates, problems };
}

/** `line:column`, both 1-based. */
export function placeOf({ offset }: TemplateSyntaxError, text: string): string {
  const before = text.slice(0, offset).split('\n');
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}
