import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { round1 } from '../rate.ts';
import type { SeriesSpec } from '../series.ts';
import type { Source, SourcePorts } from '../source.ts';
import { KeptFile, Scanner } from '../text.ts';
import { RaplZones } from './rapl.ts';

/** Readings between two searches for sensors: drivers may be loaded after the agent. */
const SEARCH_EVERY_READINGS = 24;

type Kind = 'temperature' | 'fan' | 'power';

/** Source: Documentation/hwmon/sysfs-interface.rst. */
const KINDS: Readonly<Record<Kind, { file: RegExp; perUnit: number; spec: SeriesSpec }>> = {
  temperature: {
    file: /^(temp\d+)_input$/,
    perUnit: 1000,
    spec: { name: 'temperature', group: 'sensors', title: 'Temperature', units: '°C' },
  },
  fan: {
    file: /^(fan\d+)_input$/,
    perUnit: 1,
    spec: { name: 'fan_speed', group: 'sensors', title: 'Fan speed', units: 'rpm' },
  },
  power: {
    file: /^(power\d+)_(?:average|input)$/,
    perUnit: 1_000_000,
    spec: { name: 'power', group: 'sensors', title: 'Power', units: 'W' },
  },
};

const HOTTEST: SeriesSpec = {
  name: 'temperature_max',
  group: 'sensors',
  title: 'Highest temperature',
  units: '°C',
};

/** What chips report when nothing is connected lies outside of this. */
const TEMPERATURE_MIN = -60;
const TEMPERATURE_MAX = 200;

export interface SensorPath {
  readonly kind: Kind;
  readonly path: string;
  /** Driver, and the device where several have the same driver. */
  readonly chip: string;
  readonly sensor: string;
}

/** Finds the temperatures, fans and powers below `<sys>/class/hwmon`; none when there is no such folder, as in most virtual machines. */
export function findSensors(sys: string): SensorPath[] {
  const chips = list(`${sys}/class/hwmon`).map((folder) => {
    const path = `${sys}/class/hwmon/${folder}`;
    return { path, name: text(`${path}/name`) ?? folder, files: list(path) };
  });
  return chips.flatMap(({ path, name, files }) => {
    const hasTwin = chips.some((other) => other.name === name && other.path !== path);
    const chip = hasTwin ? `${name}-${deviceOf(path)}` : name;
    return files.flatMap((file): SensorPath[] => {
      for (const kind of ['temperature', 'fan', 'power'] as const) {
        const channel = KINDS[kind].file.exec(file)?.[1];
        if (channel === undefined) continue;
        if (file.endsWith('_input') && files.includes(`${channel}_average`)) return [];
        const sensor = text(`${path}/${channel}_label`) ?? channel;
        return [{ kind, path: `${path}/${file}`, chip, sensor }];
      }
      return [];
    });
  });
}

function deviceOf(path: string): string {
  try {
    return basename(readlinkSync(`${path}/device`));
  } catch {
    return basename(path);
  }
}

function list(folder: string): string[] {
  try {
    // temp2 before temp10. A comparison by language would load a megabyte of tables.
    return readdirSync(folder).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  } catch {
    return [];
  }
}

function text(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1').trim() || undefined;
  } catch {
    return undefined;
  }
}

interface Sensor extends SensorPath {
  readonly file: KeptFile;
  readonly index: number;
}

/** Temperatures, fans and power from the kernel's hardware monitoring, and the power that the processor itself counts (RAPL). */
export function sensorsSource(
  ports: SourcePorts,
  { everySeconds }: { everySeconds: number },
): Source {
  const { sys, table, reader } = ports;
  const scanner = new Scanner();
  const zones = new RaplZones(ports);
  let sensors = new Map<string, Sensor>();
  let hottest = -1;
  let countdown = 0;

  function search(): void {
    const found = new Map(findSensors(sys).map((path) => [path.path, path]));
    for (const { path, file, index } of sensors.values()) {
      if (found.has(path)) continue;
      file.close();
      table.remove(index);
    }
    sensors = new Map(
      [...found].map(([path, sensor]) => [path, sensors.get(path) ?? open(sensor)]),
    );
    if (hottest < 0 && [...found.values()].some(({ kind }) => kind === 'temperature')) {
      hottest = table.add(HOTTEST);
    }
    zones.search();
  }

  function open(sensor: SensorPath): Sensor {
    const labels = { chip: sensor.chip, sensor: sensor.sensor };
    const index = table.add({ ...KINDS[sensor.kind].spec, labels });
    return { ...sensor, file: new KeptFile(sensor.path, reader), index };
  }

  /** NaN when the sensor does not answer: fans that are not there, drives that sleep. */
  function value({ file, kind }: Sensor): number {
    try {
      scanner.start(file.read());
    } catch {
      return Number.NaN;
    }
    const inUnits = scanner.number() / KINDS[kind].perUnit;
    const isSound =
      kind !== 'temperature' || (inUnits > TEMPERATURE_MIN && inUnits < TEMPERATURE_MAX);
    return isSound ? round1(inUnits) : Number.NaN;
  }

  function read(): void {
    countdown -= 1;
    if (countdown <= 0) {
      search();
      countdown = SEARCH_EVERY_READINGS;
    }
    let highest = Number.NaN;
    for (const sensor of sensors.values()) {
      const now = value(sensor);
      table.numbers[sensor.index] = now;
      if (sensor.kind === 'temperature' && !(now <= highest) && !Number.isNaN(now)) highest = now;
    }
    if (hottest >= 0) table.numbers[hottest] = highest;
    zones.read();
  }

  return {
    name: 'sensors',
    everySeconds,
    read,
    close() {
      for (const { file } of sensors.values()) file.close();
      zones.close();
    },
  };
}
