import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";

const readyForQuery = 0x5a;
const authentication = 0x52;
const idle = 0x49;

/** As PostgreSQL frames them: a type, a length that counts itself, a body. */
function frame(type: string, body: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.write(type);
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

/** Tells the types and first body bytes of a stream of messages, however it is cut. */
function messageReader(onMessage: (type: number, first: number) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length >= rest.readInt32BE(1) + 1) {
      const end = rest.readInt32BE(1) + 1;
      const [type = 0, , , , , first = 0] = rest.subarray(0, end);
      rest = rest.subarray(end);
      onMessage(type, first);
    }
  };
}

interface Backend {
  socket: Socket;
  client: Socket | undefined;
}

/**
 * A pooler in transaction mode, as far as a self-test sees one: few connections to the server, given to a
 * client for one transaction and then to whoever asks next.
 */
export async function startPooler(parts: { serverFolder: string; database: string; folder: string; size: number }) {
  const { serverFolder, database, folder, size } = parts;
  const open = () => openBackend(join(serverFolder, ".s.PGSQL.5432"), database);
  const backends = await Promise.all(Array.from({ length: size }, open));
  const waiting: (() => void)[] = [];
  for (const backend of backends) {
    const read = messageReader((type, status) => {
      if (type !== readyForQuery || status !== idle) return;
      backend.client = undefined;
      waiting.shift()?.();
    });
    backend.socket.on("data", (chunk: Buffer) => {
      backend.client?.write(chunk);
      read(chunk);
    });
  }
  const forward = (client: Socket, chunk: Buffer): void => {
    const backend =
      backends.find((each) => each.client === client) ?? backends.find((each) => each.client === undefined);
    if (backend === undefined) return void waiting.push(() => forward(client, chunk));
    backend.client = client;
    backend.socket.write(chunk);
  };
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    client.once("data", () => {
      const ready = frame("Z", Buffer.from("I"));
      client.write(Buffer.concat([frame("R", Buffer.alloc(4)), frame("K", Buffer.alloc(8)), ready]));
      client.on("data", (chunk: Buffer) => {
        // The client's good-bye ends nothing here: connections outlive their clients.
        if (chunk[0] !== 0x58) forward(client, chunk);
      });
    });
  });
  server.listen(join(folder, ".s.PGSQL.5432"));
  await once(server, "listening");
  return {
    [Symbol.asyncDispose]: async () => {
      for (const socket of [...clients, ...backends.map((backend) => backend.socket)]) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

async function openBackend(path: string, database: string): Promise<Backend> {
  const socket = connect(path);
  const ready = Promise.withResolvers<void>();
  const onData = messageReader((type) => {
    if (type === readyForQuery) ready.resolve();
  });
  let asked = false;
  const read = (chunk: Buffer) => {
    if (chunk[0] === authentication && !asked) {
      asked = true;
      socket.write(frame("p", Buffer.from("password\0")));
    } else onData(chunk);
  };
  socket.on("data", read);
  const body = Buffer.from(`\0\x03\0\0user\0postgres\0database\0${database}\0\0`, "latin1");
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  socket.write(Buffer.concat([length, body]));
  await ready.promise;
  socket.off("data", read);
  return { socket, client: undefined };
}
