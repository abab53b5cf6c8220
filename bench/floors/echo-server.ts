import { WebSocketServer } from "ws";

// A bare JSON echo: parses the request, answers its text, keeps nothing.
const server = new WebSocketServer({ host: "127.0.0.1", port: Number(process.argv[2] ?? 0), perMessageDeflate: false });

interface Request {
  id: number;
  params: { input?: { text?: string } };
}

server.on("connection", (socket) => {
  socket.on("message", (data) => {
    const { id, params } = JSON.parse(data.toString()) as Request;
    socket.send(JSON.stringify({ jsonrpc: "2.0", id, result: { content: params.input?.text ?? "" } }));
  });
  socket.on("error", () => socket.terminate());
});

server.on("listening", () => {
  const address = server.address();
  if (typeof address === "object") console.log(`listens on ws://127.0.0.1:${address?.port}`);
});
