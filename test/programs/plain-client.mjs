// The client as plain JavaScript has it: without types, signals or options. Its arguments: the address and a token.
import { connect } from "../../src/client/index.ts";

const [, , url, token] = process.argv;
const socket = (at, protocols) => new WebSocket(at, protocols);
const client = connect({ url, token, client: { name: "plain", version: "1" }, socket });
await client.ready();
const { id } = await client.start("echo", { input: { text: "plain" } });
const { result } = await client.follow(id).result();
await client.request("ping", {});
await client.close();
process.stdout.write(result.content);
