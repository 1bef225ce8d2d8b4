import {
  type FunctionTable,
  GO_FUNCTIONS,
  RULE_FUNCTIONS,
} from '../../alerts/template/functions.ts';
import { goTime } from '../../alerts/template/go-time.ts';
import { formatGoTime } from '../../alerts/template/time-format.ts';
import { GoDuration, GoHtml, GoTime, type GoValue, isList } from '../../alerts/template/value.ts';
import { isKnownLocation } from '../time-interval.ts';
import { toJson } from './to-json.ts';

/** Functions of rules that messages have too. */
const SHARED = ['toUpper', 'toLower', 'title', 'match', 'reReplaceAll', 'humanizeDuration'];

/** Source: Alertmanager, template/template.go, DefaultFuncs */
export const MESSAGE_FUNCTIONS: FunctionTable = {
  ...GO_FUNCTIONS,
  ...Object.fromEntries(Object.entries(RULE_FUNCTIONS).filter(([name]) => SHARED.includes(name))),
  trimSpace: { arguments: 1, call: ([value = '']) => String(value).trim() },
  join: {
    arguments: 2,
    call: ([separator = '', list = []]) => {
      if (!isList(list)) throw new Error('wrong type for value; expected []string');
      return list.map(String).join(String(separator));
    },
  },
  stringSlice: { arguments: { atLeast: 0 }, call: (args) => args },
  safeHtml: { arguments: 1, call: ([value = '']) => new GoHtml(String(value)) },
  safeUrl: { arguments: 1, call: ([value = '']) => String(value) },
  urlUnescape: {
    arguments: 1,
    call: ([value = '']) => decodeURIComponent(String(value).replaceAll('+', ' ')),
  },
  date: {
    arguments: 2,
    call: ([layout = '', time = null]) => {
      const { ms, zone } = timeOf(time);
      return formatGoTime(ms, String(layout), zone);
    },
  },
  tz: {
    arguments: 2,
    call: ([zone = '', time = null]) => {
      const name = String(zone) || 'UTC';
      if (!isKnownLocation(name)) throw new Error(`unknown time zone ${name}`);
      return goTime(timeOf(time).ms, name);
    },
  },
  toJson: { arguments: 1, call: ([value = null]) => toJson(value) },
  since: {
    arguments: 1,
    call: ([time = null], { nowMs }) => new GoDuration((nowMs - timeOf(time).ms) / 1000),
  },
};

function timeOf(value: GoValue): GoTime {
  if (value instanceof GoTime) return value;
  throw new Error('wrong type for value; expected time.Time');
}
