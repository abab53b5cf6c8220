import { InvalidArgumentError } from "commander";

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90d`, `12h`, `5m`, `30s`, `500ms` in milliseconds; a bare number is seconds. */
export function duration(text: string): number {
  const [, amount, unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text) ?? [];
  const ms = Math.round(Number(amount) * units[unit as keyof typeof units]);
  if (amount === undefined || ms === 0)
    throw new InvalidArgumentError("expected a length of time such as 30s, 12h or 90d");
  return ms;
}

export function whole(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("expected a whole number");
  return Number(text);
}

/** A sum of money, such as 0.5 or 20. */
export function amount(text: string): number {
  if (!/^\d{1,7}(\.\d{1,6})?$/.test(text)) throw new InvalidArgumentError("expected an amount such as 0.5 or 20");
  return Number(text);
}

/** `K=V`, collected into one object. */
export function variable(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("expected NAME=VALUE");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/** An option that may be given several times. */
export function several(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** The same, of a closed choice. */
export function severalOf<const T extends string>(choices: readonly T[]) {
  return (text: string, before: readonly T[] = []): T[] => {
    const choice = choices.find((known) => known === text);
    if (choice === undefined) throw new InvalidArgumentError(`expected one of ${choices.join(", ")}`);
    return [...before, choice];
  };
}
