import { expect, test } from "vitest";
import { plainName, spellings } from "./spellings.ts";

const meant = [
  "chat_EXAI-WS",
  "chat-EXAI-WS",
  "chat_EXAI_WS",
  "chat-EXAI_WS",
  "chat_EXAI-WS-VSCode1",
  "chat_EXAI-WS_VSCode2",
  "chat_exai_mcp",
  "mcp__exai__chat",
  "mcp__EXAI-WS-VSCode1__chat".replaceAll("-", "_"),
  "mcp_exai_chat",
  "exai.chat",
  "exai-ws:chat",
  "mcp__exai__chat_EXAI-WS",
];

for (const name of meant)
  test(`${name} is understood as chat`, () => {
    expect(spellings(name)).toContain("chat");
  });

test("a name that nobody has altered means nothing else", () => {
  for (const name of ["chat", "server.tool", "exec", "test_echo", "mcp"]) expect(spellings(name)).toEqual([]);
});

test("a name is spelled with what every vendor takes in a function's name", () => {
  expect(plainName("files.read-all/now")).toBe("files_read-all_now");
});
