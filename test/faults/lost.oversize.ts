import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // Bytes on both sides of a hole read as one.
  { file: "src/core/processes/output-page.ts", find: "else return page;", replace: "else page.next = piece.to;" },
  {
    file: "src/gateways/http/output.ts",
    find: '  if (page.start > offset) response.setHeader("Exai-Hole", `${offset}-${page.start}`);\n',
    replace: "",
  },
  // The first page calls itself the last.
  {
    file: "src/gateways/http/output.ts",
    find: "const exit = page.next === log.view.end ? log.view.exit : undefined;",
    replace: "const exit = log.view.exit;",
  },
  // Of a long piece only the beginning is sent.
  {
    file: "src/gateways/websocket/stream.ts",
    find: "wire.data(dataHeader(number, piece.offset, piece.channel), piece.bytes, left);",
    replace: "wire.data(dataHeader(number, piece.offset, piece.channel), piece.bytes.subarray(0, 32_768), left);",
  },
  // A character that a page cuts is in neither.
  {
    file: "src/core/processes/output-page.ts",
    find: "next: page.next - (bytes.length - whole.length)",
    replace: "next: page.next",
  },
  // The beginning of a character that never comes to its end is an empty page, again and again.
  {
    file: "src/core/processes/output-page.ts",
    find: "Math.min(longestRestBytes, bytes.length - 1)",
    replace: "Math.min(longestRestBytes, bytes.length)",
  },
  // A text that is too large for an MCP client is cut.
  {
    file: "src/gateways/mcp/call-answer.ts",
    find: ": digested(view, text, textTokens);",
    replace: ": [textBlock(text.slice(0, textTokens))];",
  },
  // The first page of a resource calls itself the last.
  {
    file: "src/gateways/mcp/resources/read-resource.ts",
    find: "return next < text.length ? [here, nextPage",
    replace: "return next < 0 ? [here, nextPage",
  },
  // A page of output that was made shorter goes on where the long one ended.
  {
    file: "src/gateways/mcp/output-page.ts",
    find: "const offset = page.offset + shorter.bytes;",
    replace: "const offset = page.nextOffset;",
  },
  // An output that is gone reads as one that has written nothing yet.
  {
    file: "src/core/processes/output-page.ts",
    find: '    if (step.kind === "none") throw noOutput(call);\n',
    replace: "",
  },
  // An output that is removed under its reader ends as if it were whole.
  {
    file: "src/gateways/http/output.ts",
    find: 'this.#end({ reason: "removed" })',
    replace: "this.#end({ length: this.#cursor.offset, code: 0, signal: 0 })",
  },
  // Who is sent a long answer over a slow network takes the daemon for dead, again and again.
  { file: "src/gateways/websocket/wire.ts", find: "if (bytes > announcedBytes)", replace: "if (bytes < 0)" },
];
