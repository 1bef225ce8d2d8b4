import type { Command } from 'commander';
import { register as registerCheck } from './profile-check.ts';
import { register as registerClasses } from './profile-classes.ts';
import { register as registerDisks } from './profile-disks.ts';
import { register as registerExplain } from './profile-explain.ts';
import { register as registerNew } from './profile-new.ts';
import { register as registerShow } from './profile-show.ts';

export function register(program: Command): void {
  const profile = program
    .command('profile')
    .description(
      'begin, check and explain config spaces: classes, disks, packages, files (docs/profiles.md)',
    );
  registerNew(profile);
  registerCheck(profile);
  registerClasses(profile);
  registerDisks(profile);
  registerExplain(profile);
  registerShow(profile);
}
