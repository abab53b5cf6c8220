const mostSymbols = 3;
const longestSymbol = 200;

const identifier = /[\p{L}_$][\p{L}\p{N}_$]*(?:(?:\.|::|#)[\p{L}_$][\p{L}\p{N}_$]*)*(?:\(\))?/gu;
const fileName = /\.[a-z]{1,4}$/;

/** The symbols that a text is about, as `name` or `Class.name`: those set apart as code go before those that look like it. */
export function symbolsIn(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\n]{1,200})`/g)].flatMap(([, code]) => namesIn(code ?? "").slice(0, 1));
  const looking = namesIn(text.replaceAll(/`[^`\n]*`/g, " ")).filter(looksLikeCode);
  return [...new Set([...quoted, ...looking].map(plain))].slice(0, mostSymbols);
}

/** The paths that a text names: with a folder in them or the ending of a file. */
export function pathsIn(text: string): string[] {
  const words = text.split(/[\s`"'(),;]+/).map((word) => withoutEnd(word, ".:"));
  return [...new Set(words.filter((word) => isPath(word)))];
}

function isPath(word: string): boolean {
  return /^[\w@./-]+$/.test(word) && (fileName.test(word) || (word.includes("/") && /[a-z]/i.test(word)));
}

function namesIn(text: string): string[] {
  const words = text.split(/\s+/).filter((word) => !isPath(withoutEnd(word.replace(/^[("']+/, ""), ")\"',;:.")));
  return (words.join(" ").match(identifier) ?? []).filter((name) => name.length <= longestSymbol);
}

/** Without the characters at its end that are among these; an expression would begin anew at each of them. */
function withoutEnd(word: string, characters: string): string {
  let end = word.length;
  while (end > 0 && characters.includes(word[end - 1] ?? "")) end -= 1;
  return word.slice(0, end);
}

/** `a.b`, `a()`, `camelCase`, `PascalCase` and `snake_case`; a plain word may be anything. */
function looksLikeCode(name: string): boolean {
  return /[.:#_]|\(\)$|\p{Ll}\p{Lu}/u.test(name);
}

function plain(name: string): string {
  return name.replace(/\(\)$/, "").replaceAll(/::|#/g, ".");
}
