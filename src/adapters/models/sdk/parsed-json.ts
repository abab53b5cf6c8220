/** The value, or `undefined` where the text is no JSON: vendors and what stands before them also send HTML. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
