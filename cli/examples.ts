/** Examples of the commands whose own files show none. */
import type { Command } from 'commander';

/** By the command's words; each example without `clustermon`. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  collector: ['collector', 'collector --agents eth0 --listen 0.0.0.0'],
  pxe: ['pxe --interface eth1'],
  'service install': [
    'service install --agents eth0',
    'service install --pxe eth1 --listen 0.0.0.0',
  ],
  'service show': ['service show --agents eth0'],
  'service remove': ['service remove'],
  image: ['image build --host n001', 'image list', 'image verify'],
  'image build': [
    'image build --host n001',
    'image build --classes FAIBASE,DEBIAN,WEB --architecture arm64',
  ],
  'image list': ['image list'],
  'image show': ['image show 3f2a9c'],
  'image verify': ['image verify'],
  'image remove': ['image remove 3f2a9c'],
  'node list': ['node list', 'node list @state:failed --json'],
  'node show': ['node show n001', 'node show @rack:r07'],
  'node add': ['node add n001 --mac 52:54:00:aa:00:01 --class WEB --rack r07 --unit 12'],
  'node assign': ['node assign n[001-032] --class WEB --rack r07'],
  'node approve': ['node approve n[001-032] --wait', 'node approve @state:discovered --yes'],
  'node install': ['node install n001 --wait'],
  'node cancel': ['node cancel n001'],
  'node retire': ['node retire n001'],
  'node events': ['node events n001 --wait'],
  'node log': ['node log n001 --lines 50'],
  metric: [
    'metric list',
    'metric get load_one --host n001',
    'metric send room_temperature 21.5 --units C',
  ],
  'metric list': ['metric list', 'metric list --json'],
  'metric get': ['metric get load_one', 'metric get os_release --host n001'],
  'boot explain': ['boot explain n001', 'boot explain 52:54:00:aa:00:01'],
  'boot log': ['boot log n001 --wait'],
  'boot dhcp-config': ['boot dhcp-config --for dnsmasq'],
  'boot replay': ['boot replay boot.pcap --mode proxy'],
  profile: ['profile new /srv/space', 'profile check /srv/space', 'profile explain n001'],
  'profile check': ['profile check /srv/space'],
  'profile classes': ['profile classes --space /srv/space --host n001'],
  'profile disks': ['profile disks disk_config/WEB --disk sda=500G --disk sdb=500G'],
  'profile explain': [
    'profile explain n001',
    'profile explain --space /srv/space --host n001 --disk sda=500G',
  ],
  'profile show': ['profile show /srv/space'],
  alert: ["alert add 'load_one > 8' --for 1m", 'alert list', 'alert check rules.yml'],
  'alert show': ['alert show MemoryLow'],
  'alert remove': ['alert remove load_one_above_8'],
  'alert ack': ["alert ack MemoryLow --comment 'new modules are ordered' --for 3d"],
  'alert unack': ['alert unack MemoryLow'],
  'alert history': ['alert history MemoryLow --since 7d'],
  silence: ["silence add rack=r07 --duration 2h --comment 'new switch'", 'silence list'],
  'silence list': ['silence list', 'silence list --expired --within 1d'],
  'silence expire': ['silence expire $(clustermon silence list -q)'],
  maintenance: ['maintenance list'],
  'maintenance list': ['maintenance list rack=r07'],
  'maintenance end': ['maintenance end $(clustermon maintenance list -q rack=r07)'],
  notify: ['notify test', 'notify list'],
  'notify test': ['notify test on-call'],
  'notify list': ['notify list --since 1h'],
  config: ['config show', 'config check config.yaml'],
  'config check': ['config check', 'config check config.yaml'],
  'config show': ['config show > config.yaml', 'config show --json'],
  'query test': ['query test tests/*.test'],
  'query explain': ["query explain 'avg by (rack) (cpu_user)' --range 7d --step 5m"],
  'event add': ["event add 'switched to the new kernel' --host n001"],
  'event list': ['event list --host n001 --from -1d'],
  view: ['view list', 'view show disks > disks.yaml', 'view check views/*.yaml'],
  'view list': ['view list'],
  'store plan': ['store plan', 'store plan --hosts 1000 --metrics 150'],
  'store check': ['store check', 'store check /backup/monday/samples.db'],
  'store backup': ['store backup /backup/monday'],
  'store restore': ['store restore /backup/monday'],
  'token add': ['token add alice --role admin'],
  'token list': ['token list'],
  'token revoke': ['token revoke alice'],
  doctor: ['doctor', 'doctor --json'],
};

/** Lets the help of each command end in its examples. */
export function addExamples(program: Command): void {
  for (const { path, command } of commandsBelow(program)) {
    const lines = EXAMPLES[path]?.map((example) => `  ${program.name()} ${example}`);
    if (lines) command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
  }
}

/** Every command of a program with its words, such as `node list`. */
export function commandsBelow(
  parent: Command,
  words: readonly string[] = [],
): { path: string; command: Command }[] {
  return parent.commands.flatMap((command) => {
    const path = [...words, command.name()];
    return [{ path: path.join(' '), command }, ...commandsBelow(command, path)];
  });
}
