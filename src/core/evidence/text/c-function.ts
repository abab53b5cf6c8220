const modifiers =
  "public|private|protected|internal|static|final|async|override|virtual|abstract|synchronized|inline|extern|const|unsigned";
const onlyModifiers = new RegExp(`^(?:(?:${modifiers})\\s+)*$`);
const type = /^[A-Za-z_][\w<>[\],.:*&? ]*$/;
const lastName = /(?<!\w)[A-Za-z_]\w*$/;
/** All up to the last blank that is no space; only modifiers have such ones between them. */
const upToBlank = /^.*[^\S ]/s;

/**
 * The function that a line of a language like C begins: modifiers, a type, a name, a bracket, and no `;` behind it. It
 * goes over the line a fixed number of times, whatever stands there.
 */
export function cFunctionOn(line: string): string | undefined {
  const bracket = line.indexOf("(");
  if (bracket < 0 || line.includes(";", bracket)) return undefined;
  const head = line.slice(0, bracket).trimEnd();
  const name = lastName.exec(head)?.[0];
  if (name === undefined) return undefined;
  const before = head.slice(0, -name.length).replace(/[*&]$/, "");
  const words = before.trim();
  if (words === before.trimStart()) return undefined;
  const first = upToBlank.exec(words)?.[0] ?? "";
  return onlyModifiers.test(first) && type.test(words.slice(first.length).trimStart()) ? name : undefined;
}
