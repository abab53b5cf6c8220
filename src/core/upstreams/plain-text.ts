/** What reads as nothing, or turns what is around it: words for a model that no person sees. */
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/** A text of a stranger for people and models to read. */
export function plainText(text: string, most: number): string {
  const plain = text.slice(0, most * 2).replace(unseen, (character) => (/[\n\t]/.test(character) ? character : ""));
  return plain.length <= most ? plain : `${plain.slice(0, most)}…`;
}

/** A stranger's text for one line of a list; `undefined` where nothing is left of it. */
export function plainOr(text: string | undefined, most: number): string | undefined {
  return plainText(text ?? "", most).trim() || undefined;
}
