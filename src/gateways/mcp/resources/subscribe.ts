import type { Result } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Asked } from "../asked.ts";
import { invalidParams } from "../protocol-faults.ts";
import { watchResource } from "./watch-resource.ts";

const params = z.looseObject({ uri: z.string().max(4096) });
const most = 64;

/** Tells the session when the result at an address is there. An address that is nothing to it is never told of. */
export async function subscribe(asked: Asked): Promise<Result> {
  const { house, server, caller } = asked;
  const { watches } = server;
  const uri = uriOf(asked);
  if (watches.size >= most) throw invalidParams(`Cannot subscribe: ${most} resources are watched, expected fewer`);
  using place = watches.reserve(uri);
  // A session that has gone meanwhile needs no word.
  const onUpdated = () => void server.sendResourceUpdated({ uri }).catch(() => {});
  const watch = await watchResource(house, { caller, uri, onUpdated });
  if (watch !== undefined) place.take(watch);
  return {};
}

/** Idempotent: what was never subscribed to is answered alike. What is about to be subscribed to comes to nothing. */
export async function unsubscribe(asked: Asked): Promise<Result> {
  asked.server.watches.drop(uriOf(asked));
  return {};
}

function uriOf(asked: Asked): string {
  const parsed = params.safeParse(asked.params);
  if (!parsed.success) throw invalidParams("Cannot subscribe: the uri is missing");
  return parsed.data.uri;
}
