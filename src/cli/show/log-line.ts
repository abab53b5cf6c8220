/** A line of the daemon's log for people: time, level, message, then what else it says. */
export function logLineText(line: string): string {
  const said = parsed(line);
  if (said === undefined) return line;
  const { time, level, msg, ...rest } = said;
  const clock = String(time).slice(11, 23);
  const facts = Object.entries(rest).map(([name, value]) => `${name}=${factText(value)}`);
  return [clock, String(level).padEnd(5), String(msg), ...facts].join(" ");
}

function factText(value: unknown): string {
  return typeof value === "string" && !/[\s"]/.test(value) ? value : JSON.stringify(value);
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const said: unknown = JSON.parse(line);
    return typeof said === "object" && said !== null ? { ...said } : undefined;
  } catch {
    // Cut by a kill or not ours; shown as it is.
    return undefined;
  }
}
