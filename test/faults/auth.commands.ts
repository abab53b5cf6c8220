import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/core/processes/commands/command-table.ts",
    find: 'this.allow.includes("*") || this.allow.includes(name)',
    replace: "true",
  },
  { file: "src/core/processes/commands/environment.ts", find: "harmless.test(name) || isNamed(name)", replace: "true" },
  {
    file: "src/adapters/processes/supervised/gated-process.ts",
    find: "env: Object.fromEntries(Object.entries(env).filter(([name]) => !isShells(name))),",
    replace: "env: { ...process.env, ...env },",
  },
  { file: "src/adapters/processes/supervised/gated-process.ts", find: "shell: false", replace: "shell: true" },
  {
    file: "src/core/operations/call-operations.ts",
    find: "  await registry.checkMayUse(caller, tool);\n",
    replace: "",
  },
  // What the rules do not name goes through.
  {
    file: "src/core/processes/commands/read-arguments.ts",
    find: "throw this.#unknown(token);",
    replace: "this.#flags.push(token);",
  },
  { file: "src/core/processes/commands/check-paths.ts", find: "!isInside(real, roots) || ", replace: "" },
  // Links are not followed before it is decided where a path lies.
  {
    file: "src/core/processes/commands/check-paths.ts",
    find: "const real = await paths.real(resolve(cwd, path));",
    replace: "const real = resolve(cwd, path);",
  },
  // Whatever lies in the place of a program is run.
  {
    file: "src/tools/exec/plan.ts",
    find: "device === identity.device && inode === identity.inode",
    replace: "device >= 0 && inode >= 0",
  },
  { file: "src/core/processes/commands/environment.ts", find: " && !loading.test(name)", replace: "" },
  { file: "src/core/processes/commands/may-run.ts", find: 'role === "owner" && how === "listed"', replace: "true" },
  {
    file: "src/core/processes/commands/may-run.ts",
    find: "leastWay !== undefined && !isAtLeast(way, leastWay)",
    replace: 'leastWay === "A"',
  },
  // An interpreter is a program like others.
  {
    file: "src/core/processes/commands/command-table.ts",
    find: "if (objection !== undefined) {",
    replace: 'if (objection === "") {',
  },
  {
    file: "catalogue/commands/usual.json",
    find: '"core.hooksPath=/dev/null"',
    replace: '"core.hooksPath=.git/hooks"',
  },
  {
    file: "src/adapters/processes/supervised/ways/sandbox/arguments.ts",
    find: '...(spec.reach.network ? [] : ["--unshare-net"]),\n',
    replace: "",
  },
  {
    file: "src/adapters/processes/supervised/ways/sandbox/arguments.ts",
    find: "    ...hidingArguments(shown),\n",
    replace: "",
  },
  { file: "src/adapters/processes/supervised/ways/sandbox/arguments.ts", find: "    ...shown.guards,\n", replace: "" },
  {
    file: "src/adapters/processes/supervised/ways/sandbox/stand-ins.ts",
    find: 'attempt(() => writeFileSync(path, content, { flag: "wx" }));\n',
    replace: "",
  },
  // The name of a repository's folder taken for the folder.
  {
    file: "src/adapters/processes/supervised/ways/sandbox/repository.ts",
    find: "const path = realpathSync.native(isAbsolute(name) ? name : `${folder}/${name}`);",
    replace: "const path = isAbsolute(name) ? name : join(folder, name);",
  },
  {
    file: "src/adapters/processes/supervised/ways/sandbox/repository.ts",
    find: '=== "link")) return { fixed, readOnly',
    replace: '=== "link")) return { fixed: [], readOnly',
  },
  // What is covered, moved aside.
  {
    file: "src/adapters/processes/supervised/ways/sandbox/repositories.ts",
    find: "sortedOnce([...ways, ...found",
    replace: "sortedOnce([...found",
  },
  {
    file: "src/adapters/processes/supervised/ways/sandbox/set-id-filter.ts",
    find: "absent: [...absent, 248, 249, 250],",
    replace: "absent,",
  },
  // A mount that was led elsewhere while the sandbox was made goes unnoticed.
  {
    file: "src/adapters/processes/supervised/ways/sandbox/mounts.ts",
    find: "return stray ?? missingFrom(shown, words);",
    replace: "return missingFrom(shown, words);",
  },
  // A mount that is not there goes unnoticed.
  {
    file: "src/adapters/processes/supervised/ways/sandbox/mounts.ts",
    find: "  return stray ?? missingFrom(shown, words);",
    replace: "  return stray;",
  },
  // One user's credentials and files serve another.
  {
    file: "src/core/processes/commands/may-run.ts",
    find: 'role !== "owner" && isOwners(command)',
    replace: 'role === "operator" && isOwners(command)',
  },
  // What is turned off runs all the same.
  { file: "src/core/tools/registry.ts", find: "if (!this.#isOff(name)) return;", replace: 'if (name !== "") return;' },
  // A token's patterns of tools hold for those that become calls, and not for the others.
  {
    file: "src/core/tools/registry.ts",
    find: 'if (!mayUse(caller, { name: tool.name, scope: "tools" })) throw notAllowed(tool.name);',
    replace: "",
  },
  // A program of a run has all of the rights of its token.
  {
    file: "src/core/tenants/scopes.ts",
    find: "if (caller.allowance?.tools.includes(tool.name) === false) return false;",
    replace: "",
  },
  // What such a program starts has them again.
  {
    file: "src/core/calls/acceptance.ts",
    find: "...(allowance === undefined ? {} : { allowance }) };",
    replace: "};",
  },
  // It may run what the run may not.
  {
    file: "src/core/tenants/allowance.ts",
    find: "allowance.programs.includes(program)",
    replace: "program.length > 0",
  },
  // It sees calls that it has nothing to do with.
  {
    file: "src/core/operations/within-allowance.ts",
    find: "if (each === request.caller.call) return;",
    replace: "return;",
  },
  // All but calls is open to it.
  {
    file: "src/core/operations/within-allowance.ts",
    find: "if (request.caller.allowance !== undefined) throw notGiven(method);",
    replace: "",
  },
  // A bare repository is no repository.
  {
    file: "src/adapters/processes/supervised/ways/sandbox/repository.ts",
    find: "return isGitFolder(place) ? joined(own, ofFolder(place, roots)) : own;",
    replace: "return own;",
  },
];
