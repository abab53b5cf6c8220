import { once } from "node:events";
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { HttpRig } from "../../../test/support/http-rig.ts";

/** What comes over a connection until it holds this. */
async function until(socket: Socket, part: string): Promise<string> {
  let text = "";
  while (!text.includes(part)) text += String((await once(socket, "data"))[0]);
  return text;
}

test("a body is the same with its headers, behind them and in pieces, over one connection", async () => {
  await using rig = await HttpRig.open();
  const socket = await rig.socket();
  const head = `POST /api/v1/execute HTTP/1.1\r\nHost: localhost:${rig.port}\r\nAuthorization: Bearer exai_ada_secret\r\nPrefer: wait=0\r\n`;
  const bodyOf = (text: string) => JSON.stringify({ tool: "echo", arguments: { text } });
  const length = (text: string) => `Content-Length: ${Buffer.byteLength(bodyOf(text))}\r\n`;
  const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
  const proceed = "HTTP/1.1 100 Continue";

  socket.write(`${head}${length("grün")}\r\n${bodyOf("grün")}`);
  await until(socket, '"accepted"');
  expect(rig.calls.requestOf(rig.calls.last).input).toEqual({ text: "grün" });

  socket.write(`${head}${length("later")}Expect: 100-continue\r\n\r\n`);
  await until(socket, proceed);
  socket.write(bodyOf("later"));
  await until(socket, '"accepted"');
  expect(rig.calls.requestOf(rig.calls.last).input).toEqual({ text: "later" });

  const body = bodyOf("apart");
  socket.write(`${head}Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n`);
  await until(socket, proceed);
  socket.write(`${chunk(body.slice(0, 9))}${chunk(body.slice(9))}0\r\n\r\n`);
  await until(socket, '"accepted"');
  expect(rig.calls.requestOf(rig.calls.last).input).toEqual({ text: "apart" });
  socket.destroy();
});
