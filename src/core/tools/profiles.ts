export const profiles = ["lean", "standard", "full"] as const;
/** How much of the table clients are shown; each tool may be called all the same. */
export type Profile = (typeof profiles)[number];

const lean = new Set(["chat", "debug", "codereview", "precommit", "consensus", "calls", "listmodels"]);
const onlyFull = new Set(["analyze", "refactor", "testgen", "secaudit", "docgen", "tracer", "echo"]);

/** What servers of the operator's choice bring, as `server.tool`, is in every profile. */
export function isInProfile(profile: Profile, name: string): boolean {
  if (profile === "full" || name.includes(".")) return true;
  return profile === "lean" ? lean.has(name) : !onlyFull.has(name);
}
