/** What clients put before a tool's name, and the first system's behind it: where the tool comes from. */
const before = /^(?:mcp__\w+?__|(?:mcp[_.])?exai(?:[-_]ws)?[-_.:/])/i;
const behind = /[-_]exai[-_](?:ws|mcp)(?:[-_][a-z0-9]+)*$/i;

/** No tool has a longer one. */
const longestName = 256;

/** The names that a client may mean by one that no tool has, the likeliest first. */
export function spellings(name: string): string[] {
  if (name.length > longestName) return [];
  const without = [name.replace(behind, ""), name.replace(before, ""), name.replace(before, "").replace(behind, "")];
  return without.filter((each) => each !== name && each !== "");
}

/** A name in the letters that every vendor of models takes for a function's name. */
export function plainName(name: string): string {
  return name.replaceAll(/[^\w-]/g, "_");
}
