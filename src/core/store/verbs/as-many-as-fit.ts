/** From the front as many as fit, and one at least. */
export function asManyAsFit<T extends { bytes: number }>(items: readonly T[], maxBytes: number): T[] {
  let bytes = 0;
  return items.filter((item, index) => {
    bytes += item.bytes;
    return index === 0 || bytes <= maxBytes;
  });
}
