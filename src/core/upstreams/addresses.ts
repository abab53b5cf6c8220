import { isRecord } from "../../base/is-record.ts";

const prefix = "exai://servers/";
const shape = /^exai:\/\/servers\/([A-Za-z0-9][\w-]{0,31})(?:@(\d{1,15}))?\/(.+)$/s;

/** Something to be read at a server, from an offset on. */
export interface ServerPlace {
  server: string;
  /** As the server has it. */
  uri: string;
  /** In characters of what is read there. */
  offset: number;
}

/**
 * The address by which all clients know what a server has at its own one: whatever that is, nobody else's is the same.
 * It is put behind as it is, so that a form of addresses stays one.
 */
export function addressAt({ server, uri }: Omit<ServerPlace, "offset">, offset = 0): string {
  return `${prefix}${server}${offset === 0 ? "" : `@${offset}`}/${uri}`;
}

/** `undefined` where it is nothing of a server's. */
export function serverPlaceOf(address: string): ServerPlace | undefined {
  const [, server, offset = "0", uri] = shape.exec(address) ?? [];
  return server === undefined || uri === undefined ? undefined : { server, uri, offset: Number(offset) };
}

type Block = Readonly<Record<string, unknown>>;

/** A block of what a server says, with its addresses as all clients know them. */
export function blockOf(server: string, block: Block): Block {
  const { type, uri, resource } = block;
  if (type === "resource_link" && typeof uri === "string") return { ...block, uri: addressAt({ server, uri }) };
  if (type !== "resource" || !isRecord(resource) || typeof resource["uri"] !== "string") return block;
  return { ...block, resource: { ...resource, uri: addressAt({ server, uri: resource["uri"] }) } };
}
