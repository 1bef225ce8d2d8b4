import { formatGoTime } from './time-format.ts';

/** The values of a template: Go's string, bool, float64 (number), int (bigint), slices, maps with string keys, nil, and opaque ones. */
export type GoValue =
  | string
  | boolean
  | number
  | bigint
  | null
  | readonly GoValue[]
  | GoMap
  | GoTime
  | GoDuration
  | GoStruct
  | GoHtml;

export type GoMap = ReadonlyMap<string, GoValue>;

/** A struct: unlike of a map, a field that it does not have is a fault of the template. */
export class GoStruct {
  readonly typeName: string;
  readonly fields: ReadonlyMap<string, GoValue>;
  /** As encoding/json writes it, where that is not its fields. */
  readonly json: object | undefined;

  constructor(typeName: string, fields: Readonly<Record<string, GoValue>>, json?: object) {
    this.typeName = typeName;
    this.fields = new Map(Object.entries(fields));
    this.json = json;
  }

  toString(): string {
    return `{${[...this.fields.values()].map(String).join(' ')}}`;
  }
}

/** Text that is HTML already and is not escaped again. */
export class GoHtml {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

export type GoMethod = (args: readonly GoValue[]) => GoValue;

const methods = new WeakMap<object, Readonly<Record<string, GoMethod>>>();

/** Gives a list, map or struct methods, which templates call like fields. */
export function withMethods<T extends GoValue & object>(
  value: T,
  own: Readonly<Record<string, GoMethod>>,
): T {
  methods.set(value, own);
  return value;
}

export function methodOf(value: GoValue, name: string): GoMethod | undefined {
  return typeof value === 'object' && value !== null ? methods.get(value)?.[name] : undefined;
}

/** time.Time */
export class GoTime {
  readonly ms: number;
  /** IANA name. */
  readonly zone: string;

  constructor(ms: number, zone = 'UTC') {
    this.ms = ms;
    this.zone = zone;
  }

  /** As time.Time prints, without trailing zeros of the second. */
  toString(): string {
    return formatGoTime(this.ms, '2006-01-02 15:04:05.999999999 -0700 MST', this.zone);
  }
}

/** time.Duration */
export class GoDuration {
  readonly seconds: number;

  constructor(seconds: number) {
    this.seconds = seconds;
  }

  /** As time.Duration prints: `1h0m0s`, `1.5s`, `250ms`. */
  toString(): string {
    const sign = this.seconds < 0 ? '-' : '';
    const total = Math.abs(this.seconds);
    if (total === 0) return '0s';
    if (total < 1e-6) return `${sign}${Math.round(total * 1e9)}ns`;
    if (total < 1e-3) return `${sign}${trim(total * 1e6)}µs`;
    if (total < 1) return `${sign}${trim(total * 1e3)}ms`;
    const hours = Math.floor(total / 3600);
    const minutes = Math.floor(total / 60) % 60;
    const seconds = `${trim(total % 60)}s`;
    if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}`;
    return minutes > 0 ? `${sign}${minutes}m${seconds}` : sign + seconds;
  }
}

function trim(value: number): string {
  return String(Number(value.toFixed(9)));
}

export function isMap(value: GoValue): value is GoMap {
  return value instanceof Map;
}

export function isList(value: GoValue): value is readonly GoValue[] {
  return Array.isArray(value);
}

/** The type's name as error texts and `%T` show it. */
export function typeName(value: GoValue): string {
  if (value === null) return '<nil>';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float64';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (isList(value)) return 'template.queryResult';
  if (isMap(value)) return 'map[string]string';
  if (value instanceof GoStruct) return value.typeName;
  if (value instanceof GoHtml) return 'template.HTML';
  return value instanceof GoTime ? 'time.Time' : 'time.Duration';
}

/** What `if`, `and`, `or` and `not` call true: anything but the zero value of its type and empty collections. */
export function isTrue(value: GoValue): boolean {
  if (isMap(value)) return value.size > 0;
  if (isList(value)) return value.length > 0;
  if (value instanceof GoTime || value instanceof GoStruct) return true;
  if (value instanceof GoHtml) return value.text !== '';
  if (value instanceof GoDuration) return value.seconds !== 0;
  if (typeof value === 'number') return value !== 0;
  return Boolean(value);
}
