const gap = "  ";

/**
 * Rows as columns that line up, two spaces apart. Nothing is cut: what `width` has no room for stands below its row, a
 * little to the right, and lines up there.
 */
export function tableText(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const bands = bandsOf(widths, width);
  const lines = all.flatMap((row) =>
    bands.map((band, nth) => {
      const cells = band.map((column) => (row[column] ?? "").padEnd(widths[column] ?? 0));
      return `${nth === 0 ? "" : gap}${cells.join(gap)}`.trimEnd();
    }),
  );
  return lines.filter((line, at) => line !== "" || at % bands.length === 0).join("\n");
}

/** Which columns stand beside each other; one that is too wide by itself has a line of its own. */
function bandsOf(widths: readonly number[], width: number): number[][] {
  const bands: number[][] = [];
  let used = 0;
  for (const [column, own] of widths.entries()) {
    const band = bands.at(-1);
    if (band !== undefined && used + gap.length + own <= width) {
      band.push(column);
      used += gap.length + own;
    } else {
      used = (bands.length === 0 ? 0 : gap.length) + own;
      bands.push([column]);
    }
  }
  return bands;
}

/** A day and a time in the reader's own zone. */
export function timeText(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace("T", " ");
}

/** A length of time in its largest fitting unit. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} d`;
}

export function bytesText(bytes: number): string {
  const mebi = bytes / 2 ** 20;
  return mebi >= 1 ? `${mebi.toFixed(1)} MiB` : bytes >= 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${bytes} B`;
}
