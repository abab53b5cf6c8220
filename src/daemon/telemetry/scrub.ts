const hidden = "[secret]";

/**
 * Shapes of credentials; a match never takes a quote or backslash along, so that JSON stays JSON. Every line is
 * searched for them: one that can begin at any letter is looked for only where its `sign` is.
 */
const shapes: readonly [shape: RegExp, replacement: string, sign?: RegExp][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?!-----END)[^"])*(?:-----END [A-Z ]*PRIVATE KEY-----)?/g, hidden],
  [/\b(Bearer|Basic)\s+[\w.~+/=:-]+/gi, `$1 ${hidden}`],
  [/\bexai_[\w.~+/=-]+/g, hidden],
  [/\b(?:sk|rk|pk)-[\w-]{8,}/g, hidden],
  [/\bAIza[\w-]{20,}/g, hidden],
  [/\b(?:gh[opsur]_|github_pat_|glpat-|xox[abprs]-|xai-|gsk_|hf_|npm_)[\w-]{8,}/g, hidden],
  [/\bAKIA[A-Z\d]{12,}/g, hidden],
  // Keys of Z.ai and BigModel: 32 hex digits, a dot, 16 letters.
  [/\b[\da-f]{32}\.[A-Za-z\d]{12,}/g, hidden, /\.[A-Za-z\d]{12}/],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, hidden],
  [/(:\/\/[^\s/:@"\\]*:)[^\s/@"\\]+@/g, `$1${hidden}@`],
  [/((?:API_KEY|TOKEN|SECRET|PASSWORD)=)[^\s"\\&]+/g, `$1${hidden}`],
  [/((?:authorization|cookie|api[-_]?key|token|secret|password)":")[^"\\]*(?:\\.[^"\\]*)*/gi, `$1${hidden}`],
];

/** Controls, line separators and what turns the direction of text: each can forge what a terminal shows. */
const controls = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

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
    for (const [shape, replacement, sign] of shapes)
      if (sign === undefined || sign.test(clean)) clean = clean.replace(shape, replacement);
    const end = clean.endsWith("\n") ? "\n" : "";
    return clean.slice(0, clean.length - end.length).replace(controls, escaped) + end;
  };
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
