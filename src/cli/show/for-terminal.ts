const esc = "\u001b";

/** A text of whoever wrote it, without what a terminal would obey: of control characters line breaks, tabs and colours stay. */
export function forTerminal(text: string): string {
  return text.replaceAll(/(\p{Cc})(\[[\d;]*m)?/gu, (found, control: string, colour: string | undefined) => {
    const isKept = control === "\n" || control === "\t" || (control === esc && colour !== undefined);
    return isKept ? found : (colour ?? "");
  });
}
