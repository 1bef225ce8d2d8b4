import { InvalidArgumentError } from 'commander';
import type { Setting } from '../../base/config.ts';

/** Parses an option that stands for a setting of the configuration file: what is wrong there is wrong here. */
export function parseAs(setting: Setting<string>): (text: string) => string {
  return (text) => {
    const value = setting.read(text, () => undefined);
    if (value === undefined) throw new InvalidArgumentError(`It is not ${setting.wanted}.`);
    return value;
  };
}
