import { z } from "zod";
import { matches } from "../tenants/scopes.ts";
import { plainOr } from "./plain-text.ts";
import type { UpstreamServer } from "./server.ts";
import { namedBy, type Taken, takenOf } from "./taken.ts";
import type { LeftOut, UpstreamResource, UpstreamTemplate } from "./upstream.ts";

const mostResources = 1000;
const mostTemplates = 128;
/** With what stands before it in an address of the daemon's it still fits every place for one. */
const mostAddress = 1900;
const mostName = 200;
const mostDescription = 500;
const mostMimeType = 100;

/** A scheme and what people can see of the rest. */
const addressRule = /^[A-Za-z][A-Za-z0-9+.-]{0,31}:[^\s\p{C}]+$/u;
/** It may begin with a blank. */
const formRule = /^[^\s\p{C}]+$/u;
/** What a blank stands for may be anything. */
const blank = /\{[^{}]*\}/g;
const escaped = /%([0-7][0-9a-f])/gi;
/** A server may decode an address more than once. */
const timesDecoded = 3;
/** The directory above, between whatever one server or another takes for the end of a name. */
const upward = /[\s\p{C}/\\:?#;]\.\.(?:$|[\s\p{C}/\\?#;])/u;

const text = z.string().optional().catch(undefined);
const common = { name: text, title: text, description: text, mimeType: text } as const;
const resource = z.object({ uri: z.string(), size: z.int().min(0).optional().catch(undefined), ...common });
const template = z.object({ uriTemplate: z.string(), ...common });

/** What of a server's resources is offered: a stranger's addresses and texts. */
export function readResourceList(server: UpstreamServer, entries: readonly unknown[]): Taken<UpstreamResource> {
  const nameOf = ({ uri }: UpstreamResource) => uri;
  const judge = (entry: unknown) => {
    const { data } = resource.safeParse(entry);
    if (data === undefined) return left(entry, "it is not described as a resource has to be");
    if (!isAddress(data.uri)) return left(entry, "its address is none that every client can send");
    if (!mayBeRead(server, data.uri)) return left(entry, "the settings do not name it");
    return { uri: data.uri, ...about(data, data.uri), ...(data.size !== undefined && { size: data.size }) };
  };
  return takenOf(entries, { what: "resources", most: mostResources, nameOf, judge });
}

/** What of a server's forms of addresses is offered. */
export function readTemplateList(server: UpstreamServer, entries: readonly unknown[]): Taken<UpstreamTemplate> {
  const nameOf = ({ uri }: UpstreamTemplate) => uri;
  const judge = (entry: unknown) => {
    const { data } = template.safeParse(entry);
    if (data === undefined) return left(entry, "it is not described as a template has to be");
    const { uriTemplate: uri } = data;
    if (uri.length > mostAddress || !formRule.test(uri))
      return left(entry, "its form is none that every client can send");
    if (!isNamed(server, uri.replaceAll(blank, "*"))) return left(entry, "the settings do not name it");
    return { uri, ...about(data, uri) };
  };
  return takenOf(entries, { what: "templates", most: mostTemplates, nameOf, judge });
}

/** Whether it is an address that a server can be asked for. */
export function isAddress(uri: string): boolean {
  return uri.length <= mostAddress && addressRule.test(uri);
}

/** Whether the settings let this address be read. Where they name addresses, none with a `..` in it, however it is written. */
export function mayBeRead(server: UpstreamServer, uri: string): boolean {
  return isNamed(server, uri) && isNamed(server, URL.parse(uri)?.href ?? uri);
}

function isNamed({ resources }: UpstreamServer, uri: string): boolean {
  return resources === undefined || (!leadsUp(uri) && resources.some((pattern) => matches(pattern, uri)));
}

function leadsUp(uri: string): boolean {
  let read = uri;
  for (let times = 0; times <= timesDecoded; times++) {
    if (upward.test(read)) return true;
    read = read.replaceAll(escaped, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  }
  return false;
}

function about(data: z.output<z.ZodObject<typeof common>>, otherwise: string): Omit<UpstreamTemplate, "uri"> {
  const { name, title, description, mimeType } = data;
  const more = {
    title: plainOr(title, mostName),
    description: plainOr(description, mostDescription),
    mimeType: plainOr(mimeType, mostMimeType),
  };
  const told = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));
  return { name: plainOr(name, mostName) ?? otherwise.slice(0, mostName), ...told };
}

function left(entry: unknown, reason: string): LeftOut {
  return { name: `resource ${namedBy(entry)}`, reason };
}
