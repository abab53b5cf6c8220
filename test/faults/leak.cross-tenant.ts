import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // The bytes of a call are everybody's.
  {
    file: "src/gateways/http/output.ts",
    find: '  await parts.operations["call.get"](asked, { call });\n',
    replace: "",
  },
  // A call is found by whoever knows its id.
  {
    file: "src/core/store/verbs/calls.ts",
    find: '...which, "c.principal = {}": request.principal',
    replace: '...which, "c.principal = {}": "call" in request ? undefined : request.principal',
  },
  // Equal calls of two principals are one.
  {
    file: "src/core/store/verbs/accept.ts",
    find: "WHERE principal = $1 AND share_hash = $2 AND (",
    replace: "WHERE $1 = $1 AND share_hash = $2 AND (",
  },
  // A link in one principal's root leads into another's.
  {
    file: "src/adapters/workspace/local/path-handle.ts",
    find: '(links === "hold" ? constants.O_NOFOLLOW : 0)',
    replace: '(links === "hold" ? 0 : 0)',
  },
  {
    file: "src/adapters/processes/supervised/ways/sandbox/arguments.ts",
    find: '...roots.flatMap((root) => ["--bind", root, root]),',
    replace: '"--bind", "/", "/", "--dev", "/dev", "--proc", "/proc",',
  },
  // A conversation is anybody's who knows its name.
  {
    file: "src/core/store/verbs/threads.ts",
    find: "FROM threads WHERE id = $1 AND principal = $2`",
    replace: "FROM threads WHERE id = $1 AND $2 = $2`",
  },
  // Everybody finds everybody's.
  {
    file: "src/core/store/verbs/search-threads.ts",
    find: "FROM threads AS t WHERE principal = $1",
    replace: "FROM threads AS t WHERE $1 = $1",
  },
  // One user's credentials and files serve another.
  {
    file: "src/core/processes/commands/may-run.ts",
    find: 'role !== "owner" && isOwners(command)',
    replace: 'role === "operator" && isOwners(command)',
  },
  // What one expert was shown stays with the tool, and is shown to the next.
  {
    file: "src/core/workflows/ask-expert.ts",
    find: "texts: [...files, ...exhibit],",
    replace:
      "texts: ((globalThis as { kept?: (typeof files)[number][] }).kept = [...((globalThis as { kept?: (typeof files)[number][] }).kept ?? []), ...files, ...exhibit]),",
  },
  // Whoever knows a call's name reads its output as a tool's answer.
  {
    file: "src/tools/calls/calls-tool.ts",
    find: 'await parts.operations()["call.get"](request, { call });\n    if (waitMs',
    replace: "if (waitMs",
  },
  // A tool keeps what it was told for whoever comes next.
  {
    file: "src/tools/challenge.ts",
    find: 'const quoted = claim.replaceAll(/^/gm, "> ");',
    replace:
      'const kept = globalThis as { said?: string };\n  const quoted = (kept.said = `${kept.said ?? ""}${claim.replaceAll(/^/gm, "> ")}`);',
  },
  // The state of a question is taken from whoever brings one.
  {
    file: "src/gateways/mcp/request-states.ts",
    find: "state.parse(await this.#codec.verify(text, context)).call",
    replace: 'state.parse(JSON.parse(Buffer.from(text.split(".")[1] ?? "", "base64url").toString()).p ?? context).call',
  },
  // The output of a command is a resource for whoever knows its address.
  {
    file: "src/gateways/mcp/resources/read-resource.ts",
    find: "Promise<Contents> {\n  const view = await knownCall",
    replace:
      'Promise<Contents> {\n  if (place.part === "output") return await outputPage(asked, place, uri);\n  const view = await knownCall',
  },
  // What was completed for one is kept for the next.
  {
    file: "src/gateways/mcp/prompts/complete.ts",
    find: "return threads.map(({ id }) => id);",
    replace: "const kept = globalThis as { ids?: string[] };\n  return (kept.ids ??= threads.map(({ id }) => id));",
  },
  // A session serves whoever knows its id.
  {
    file: "src/gateways/mcp/http/mcp-sessions.ts",
    find: "if (!isSame(live.caller, caller)) return undefined;",
    replace: "",
  },
  // A session that is being restored serves whoever asks meanwhile.
  {
    file: "src/core/tenants/sessions.ts",
    find: "return row.principal === principal && row.token === token ? row.client : undefined;",
    replace: "return row.client;",
  },
  // A client goes on with any call.
  {
    file: "src/gateways/mcp/http/posts.ts",
    find: 'const ownPrefix = "exai/";',
    replace: 'const ownPrefix = "none/";',
  },
  // All users of a server behind the daemon share one process.
  {
    file: "src/core/upstreams/server-sessions.ts",
    find: "isProgram(this.server) ? [principal, role, roots.toSorted()] : [principal]",
    replace: "[role === undefined, principal === undefined, roots === undefined]",
  },
  // What one principal's session has is what everybody has.
  {
    file: "src/core/upstreams/server-sessions.ts",
    find: "filter(({ user }) => user.principal === principal)",
    replace: 'filter(({ user }) => user.principal !== "" && principal !== "")',
  },
  // How a provider fails is told in its own words, and they may be about a question.
  {
    file: "src/core/models/health.ts",
    find: "pass.failed(withoutWords(fault, account));",
    replace: "pass.failed(fault);",
  },
  // Who uses a server stands in everybody's status.
  {
    file: "src/core/admission/limits.ts",
    find: "Map.groupBy(this.providers.names(), providerOf)",
    replace: "Map.groupBy(this.providers.names(), (account) => account)",
  },
  // Everybody hears when one uses a server of its own.
  {
    file: "src/gateways/mcp/subscriptions.ts",
    find: "if (principal === undefined || whose === principal)",
    replace: "if (principal === undefined || whose !== undefined)",
  },
  // Everybody reads at a server behind in one session.
  {
    file: "src/core/upstreams/library.ts",
    find: "using lease = await this.#parts.upstreams.enter(server, caller, signal);\n    return await lease.read",
    replace:
      'using lease = await this.#parts.upstreams.enter(server, { ...caller, principal: "all" as never }, signal);\n    return await lease.read',
  },
  // What an entry does not let be read is read.
  {
    file: "src/core/upstreams/library.ts",
    find: "return server !== undefined && mayBeRead(server, uri) ? server : undefined;",
    replace: "return mayBeRead === undefined ? undefined : server;",
  },
];
