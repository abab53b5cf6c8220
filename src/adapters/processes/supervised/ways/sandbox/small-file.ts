import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";

const maxBytes = 16 * 1024;

/**
 * The text of a file that holds a path or less, never waited for; nothing where there is a link, something that is
 * no file, or a larger one: commands choose what lies in their directories.
 */
export function smallFile(path: string): string | undefined {
  const descriptor = opened(path);
  if (descriptor === undefined) return undefined;
  try {
    const found = fstatSync(descriptor);
    return found.isFile() && found.size <= maxBytes ? readFileSync(descriptor, "utf8") : undefined;
  } finally {
    closeSync(descriptor);
  }
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}
