const around = 3;

/** What changes between two texts of which one part was edited: lines taken out with `-`, put in with `+`. */
export function lineDiff(before: string, after: string): string[] {
  const old = before === "" ? [] : before.replace(/\n$/, "").split("\n");
  const next = after === "" ? [] : after.replace(/\n$/, "").split("\n");
  let head = 0;
  while (head < old.length && head < next.length && old[head] === next[head]) head += 1;
  let tail = 0;
  const most = Math.min(old.length, next.length) - head;
  while (tail < most && old.at(-1 - tail) === next.at(-1 - tail)) tail += 1;
  const marked = (mark: string, lines: readonly string[]) => lines.map((line) => `${mark} ${line}`);
  return [
    ...marked(" ", old.slice(Math.max(0, head - around), head)),
    ...marked("-", old.slice(head, old.length - tail)),
    ...marked("+", next.slice(head, next.length - tail)),
    ...marked(" ", old.slice(old.length - tail, old.length - tail + around)),
  ];
}
