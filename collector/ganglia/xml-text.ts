/** Text for XML that is right in any character set: what is not ASCII becomes a number, what XML cannot hold a `?`. */

const SPECIAL = /[<>&"']|[^ -~]/gu;
const ENTITIES: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&apos;',
};

/** The value of an attribute. */
export function attributeText(text: string): string {
  return text.replace(SPECIAL, (character) => ENTITIES[character] ?? reference(character));
}

/** Source: XML 1.0 §2.2, Char */
function reference(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const isControl = code < 0x20 && code !== 0x9 && code !== 0xa && code !== 0xd;
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  const isNone = code === 0xfffe || code === 0xffff;
  return isControl || isSurrogate || isNone ? '?' : `&#${code};`;
}

/** ` NAME="a" VAL="1"` */
export function attributes(pairs: Readonly<Record<string, string | number>>): string {
  return Object.entries(pairs)
    .map(([name, value]) => ` ${name}="${attributeText(String(value))}"`)
    .join('');
}
