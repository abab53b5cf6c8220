import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // The configuration of the repository is in force: its filters see what lies in the working tree.
  {
    file: "src/core/evidence/changes/git-session.ts",
    find: "    GIT_DIR: ground.folder.path,\n",
    replace: "    GIT_DIR: folder,\n",
  },
  // Links in its folder are followed wherever they lead.
  {
    file: "src/core/evidence/changes/repository.ts",
    find: "  for (const each of new Set([folder, common])) await checkLinks(request, each, signal);\n",
    replace: "",
  },
  // Tables of references are read wherever their list leads.
  {
    file: "src/core/evidence/changes/repository.ts",
    find: 'names.some((name) => name.includes("/"))',
    replace: "names.length < 0",
  },
  // Objects are borrowed from anywhere.
  {
    file: "src/core/evidence/changes/repository.ts",
    find: 'if (line === "" || line.startsWith("#")) continue;',
    replace: 'if (line !== "#") continue;',
  },
  // What is missing is fetched from where the repository says.
  {
    file: "src/core/evidence/changes/git.ts",
    find: '  GIT_ALLOW_PROTOCOL: "none",\n  GIT_NO_LAZY_FETCH: "1",\n',
    replace: "",
  },
  // The usual git works in the repository as it is.
  { file: "catalogue/commands/usual.json", find: '      "repository": "apart",\n', replace: "" },
  // The folder that stands in for the repository's is not looked into.
  {
    file: "src/core/evidence/changes/apart-repositories.ts",
    find: "GIT_COMMON_DIR: ours.path, ",
    replace: "",
  },
  // Where we find no repository, git looks for one by itself.
  {
    file: "src/core/evidence/changes/apart-repositories.ts",
    find: "{ env: { GIT_DIR: noRepository }, roots: []",
    replace: "{ env: {}, roots: []",
  },
];
