const hidden = "[secret]";

/** Shapes of credentials; a match never takes a quote or backslash along, so that JSON stays JSON. */
const shapes: readonly [shape: RegExp, replacement: string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?!-----END)[^"])*(?:-----END [A-Z ]*PRIVATE KEY-----)?/g, hidden],
  [/\b(Bearer|Basic)\s+[\w.~+/=:-]+/gi, `$1 ${hidden}`],
  [/\bexai_[\w.~+/=-]+/g, hidden],
  [/\b(?:sk|rk|pk)-[\w-]{8,}/g, hidden],
  [/\bAIza[\w-]{20,}/g, hidden],
  [/\b(?:gh[opsur]_|github_pat_|glpat-|xox[abprs]-|xai-|gsk_|hf_|npm_)[\w-]{8,}/g, hidden],
  [/\bAKIA[A-Z\d]{12,}/g, hidden],
  // Keys of Z.ai and BigModel: 32 hex digits, a dot, 16 letters.
  [/\b[\da-f]{32}\.[A-Za-z\d]{12,}/g, hidden],
  // Begins only where such a run does: no text makes the search start over inside of it.
  [/(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, hidden],
  [/(:\/\/[^\s/:@"\\]*:)[^\s/@"\\]+@/g, `$1${hidden}@`],
  [/((?:API_KEY|TOKEN|SECRET|PASSWORD)=)[^\s"\\&]+/g, `$1${hidden}`],
  [/((?:authorization|cookie|api[-_]?key|token|secret|password)":")[^"\\]*(?:\\.[^"\\]*)*/gi, `$1${hidden}`],
];

/**
 * One of these stands in every match of a shape. Each line is searched, and hardly one holds any: one look for all
 * signs costs half of a look for each shape, and the key that may begin at any digit is looked for only by its end.
 */
const signs: readonly RegExp[] = [
  /-----BEGIN |exai_|[srp]k-|AIza|gh[opsur]_|github_pat_|glpat-|xox|xai-|gsk_|hf_|npm_|AKIA|\.[A-Za-z\d]{12}|eyJ|:\/\/|(?:KEY|TOKEN|SECRET|PASSWORD)=/,
  /bearer\s|basic\s|(?:authorization|cookie|key|token|secret|password)":"/i,
];

/** Controls, line separators and what turns the direction of text: each can forge what a terminal shows. */
const control = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
const controls = new RegExp(control, "gu");

/**
 * A text for eyes outside: without credentials, neither by their shape nor one of `known`, and without control
 * characters. A line break at its end stays.
 */
export function scrubber(known: readonly string[]): (text: string) => string {
  const literals = known
    .filter((secret) => secret.length >= 8)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
    .toSorted((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const literal of literals) clean = clean.replaceAll(literal, hidden);
    if (signs.some((sign) => sign.test(clean)))
      for (const [shape, replacement] of shapes) clean = clean.replace(shape, replacement);
    const end = clean.endsWith("\n") ? "\n" : "";
    const line = clean.slice(0, clean.length - end.length);
    return control.test(line) ? line.replace(controls, escaped) + end : clean;
  };
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
