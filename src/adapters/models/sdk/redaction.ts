/** So many characters of a secret in a row give it away. */
const tellingCharacters = 6;
const word = /[^\s"'`,;()<>{}[\]]+/g;
const masked = /\*{3,}|•{3,}|x{6,}/i;

/**
 * Makes text that a vendor wrote fit to be shown: every word that carries a telling part of a secret, or that
 * looks like one already masked, is hidden. Vendors echo keys, whole and in part.
 */
export function redaction(secrets: readonly string[]): (text: string) => string {
  const parts = new Set(secrets.flatMap(tellingParts));
  const tells = (found: string) => masked.test(found) || [...parts].some((part) => found.includes(part));
  return (text) => text.replace(word, (found) => (tells(found) ? "[hidden]" : found));
}

function tellingParts(secret: string): string[] {
  if (secret === "") return [];
  if (secret.length <= tellingCharacters) return [secret];
  return Array.from({ length: secret.length - tellingCharacters + 1 }, (_, at) =>
    secret.slice(at, at + tellingCharacters),
  );
}
