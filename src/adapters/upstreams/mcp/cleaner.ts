/** Takes secrets, those too that come later, out of all that is text in whatever JSON a server answers. */
export function cleaner(secrets: readonly string[]): <T>(value: T) => T {
  const clean = (text: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, "[secret]"), text);
  return (value) => {
    if (secrets.length === 0) return value;
    const written = secrets.map((secret) => JSON.stringify(secret).slice(1, -1));
    const text = JSON.stringify(value);
    if (text === undefined || !written.some((secret) => text.includes(secret))) return value;
    return JSON.parse(text, (_, each: unknown) => cleaned(each, clean));
  };
}

/** A number that is a secret, as a whole, is one; one that has its digits is not. */
function cleaned(value: unknown, clean: (text: string) => string): unknown {
  if (typeof value === "string") return clean(value);
  if (typeof value === "number") return clean(String(value)) === "[secret]" ? "[secret]" : value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [clean(name), each]));
}
