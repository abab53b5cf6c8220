import { once } from "node:events";
import { createServer as createHttp, type Server } from "node:http";
import { type AddressInfo, createServer as createTcp, type Server as TcpServer } from "node:net";
import { expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { clientOf, never } from "../../test/support/client-rig.ts";
import { SocketRig } from "../../test/support/socket-rig.ts";
import { daemonAddress } from "./address.ts";

test("an address is taken as people write it, with or without the path, and behind a proxy's", () => {
  const near = { http: "http://127.0.0.1:8079", socket: "ws://127.0.0.1:8079/v1/ws" };
  const written = [
    "http://127.0.0.1:8079",
    "ws://127.0.0.1:8079/",
    "ws://127.0.0.1:8079/v1/ws",
    "http://127.0.0.1:8079/v1/ws/",
  ];
  for (const text of written) expect(daemonAddress(text)).toEqual(near);
  const far = { http: "https://a.example/exai", socket: "wss://a.example/exai/v1/ws" };
  for (const text of ["https://a.example/exai/", "wss://a.example/exai/v1/ws?x=1#y"])
    expect(daemonAddress(text)).toEqual(far);
  for (const text of ["", "127.0.0.1:8079", "localhost:8079", "ftp://a.example", "http://"])
    expect(() => daemonAddress(text)).toThrow("expected one like http://127.0.0.1:8079");
  expect(() => daemonAddress("http://ada:secret@a.example")).toThrow(/^(?!.*secret)/);
});

test("a client comes to a daemon by its HTTP address, and by that of its socket without a path", async () => {
  await using rig = await SocketRig.open();
  for (const scheme of ["http", "ws"]) {
    await using client = clientOf(`${scheme}://127.0.0.1:${rig.port}`, await rig.token("ada"));
    expect((await client.ready(never)).version).toBe("0.0.0");
  }
});

test("what is no address is told by whatever is asked", async () => {
  await using client = clientOf("127.0.0.1:8079", "exai_x_y");
  await expect(client.ready(never)).rejects.toMatchObject({ code: "input.invalid" });
  await expect(client.start("echo", { input: {} }, never)).rejects.toThrow('Cannot connect to "127.0.0.1:8079"');
});

test("who answers and is no exai is refused at once, with the address", async () => {
  await using web = await listening(createHttp((_, response) => void response.writeHead(404).end("nothing here")));
  await using mail = await listening(
    createTcp((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => void socket.end("220 mail.example ESMTP\r\n"));
    }),
  );
  const told = async (port: number) => {
    await using client = clientOf(`http://127.0.0.1:${port}`, "exai_x_y");
    return await client.ready(never).catch((error: unknown) => error);
  };
  const at = (port: number) => `Cannot connect to http://127.0.0.1:${port}: what answers there`;
  const final = { code: "client.disconnected", retry: { safe: false } };
  expect(await told(web.port)).toMatchObject({
    ...final,
    message: `${at(web.port)} is no exai (HTTP 404), expected the daemon`,
  });
  expect(await told(mail.port)).toMatchObject({
    ...final,
    message: expect.stringContaining(`${at(mail.port)} speaks no HTTP, expected the daemon`),
  });
});

test("a WebSocket that speaks something else is another version, whatever it says", async () => {
  for (const says of [
    "hello, who is there?",
    "null",
    '{"jsonrpc":"2.0","id":"open","error":{"code":-32601}}',
    '{"id":"open","result":{}}',
  ]) {
    await using other = await listening(createHttp());
    const sockets = new WebSocketServer({ server: other.server });
    sockets.on("connection", (socket) => void socket.on("message", () => void socket.send(says)));
    await using client = clientOf(`ws://127.0.0.1:${other.port}`, "exai_x_y");
    await expect(client.ready(never)).rejects.toMatchObject({ code: "client.version" });
    for (const socket of sockets.clients) socket.terminate();
  }
});

test("who has no time yet is asked again, and so is an address where nobody answers, as often as the client was told", async () => {
  await using rig = await SocketRig.open();
  let asked = 0;
  const busy = await listening(
    createHttp((_, response) => {
      asked += 1;
      response.writeHead(503).end("starting");
    }),
  );
  const token = await rig.token("ada");
  await using client = clientOf(`http://127.0.0.1:${busy.port}`, token, { random: Math.random });
  await expect.poll(() => asked).toBeGreaterThan(2);
  expect(client.state).toBe("connecting");
  await busy[Symbol.asyncDispose]();
  await using twice = clientOf(`http://127.0.0.1:${busy.port}`, token, { firstTries: 2 });
  await expect(twice.ready(never)).rejects.toMatchObject({
    message: `Cannot connect to http://127.0.0.1:${busy.port}: nobody answers there, expected the daemon`,
    retry: { safe: true },
  });
});

test("a way that passes HTTP and no WebSocket is given up with a sentence, and not tried without end", async () => {
  await using rig = await SocketRig.open();
  let asked = 0;
  const halfway = createHttp((_, response) => void response.end("ok"));
  halfway.on("upgrade", (_, socket) => {
    asked += 1;
    socket.on("error", () => {});
    socket.end(`HTTP/1.1 ${[400, 404, 426, 502][asked % 4]} No\r\nConnection: close\r\n\r\nnginx`);
  });
  await using proxy = await listening(halfway);
  await using client = clientOf(`http://127.0.0.1:${proxy.port}`, await rig.token("ada"));
  await expect(client.ready(never)).rejects.toMatchObject({
    code: "client.disconnected",
    message: `Cannot connect to http://127.0.0.1:${proxy.port}: it answers HTTP but no WebSocket, expected what lies between to pass on both`,
    facts: { tries: 10 },
    retry: { safe: false },
  });
  expect(asked).toBe(10);
});

test("a daemon that is slow to take sockets, or refuses sessions for a while, is come back to", async () => {
  let asked = 0;
  const starting = createHttp((_, response) => void response.end("ok"));
  const sockets = new WebSocketServer({ noServer: true });
  const draining = { code: "admission.draining", message: "Cannot open a session", facts: {}, retry: { safe: true } };
  const refusal = JSON.stringify({ jsonrpc: "2.0", id: "open", error: { code: -32000, message: "", data: draining } });
  starting.on("upgrade", (request, socket, head) => {
    asked += 1;
    socket.on("error", () => {});
    if (asked % 9 !== 0) socket.end("HTTP/1.1 503 No\r\nConnection: close\r\n\r\n");
    else sockets.handleUpgrade(request, socket, head, (open) => open.on("message", () => void open.send(refusal)));
  });
  await using proxy = await listening(starting);
  await using client = clientOf(`http://127.0.0.1:${proxy.port}`, "exai_x_y");
  await expect.poll(() => asked, { timeout: 60_000 }).toBeGreaterThan(30);
  expect(client.state).toBe("connecting");
  for (const socket of sockets.clients) socket.terminate();
});

async function listening<S extends Server | TcpServer>(server: S) {
  await once(server.listen(0, "127.0.0.1"), "listening");
  const close = async () => {
    if (!server.listening) return;
    server.close();
    if ("closeAllConnections" in server) server.closeAllConnections();
    await once(server, "close");
  };
  return { server, port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: close };
}
