import type { ClientCapabilities, ElicitRequestFormParams } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { OpenQuestion } from "../../core/calls/open-question.ts";

/** Where a question asks for one thing, its field is called so. */
const only = "answer";

/** What a client can show in a form: plain values, and choices of several. */
const plain = z.looseObject({ type: z.enum(["string", "number", "integer", "boolean"]) });
const choices = z.looseObject({ type: z.literal("array"), items: z.looseObject({}) });
const field = z.union([plain, choices]);
const fields = z.looseObject({
  type: z.literal("object"),
  properties: z.record(z.string(), field),
  required: z.array(z.string()).optional(),
  title: z.string().optional(),
});
/** No form has forms inside: a question that has is asked as several. */
const forms = z.looseObject({ type: z.literal("object"), properties: z.record(z.string(), fields) });

/** A form of a question, under a name of its own among all open ones. */
export interface QuestionForm {
  readonly key: string;
  readonly params: ElicitRequestFormParams;
  /** What a filled form means. */
  valueOf(content: Readonly<Record<string, unknown>>): unknown;
}

/** Whether the client shows forms; one that names no mode does. */
export function showsForms({ elicitation }: ClientCapabilities): boolean {
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}

/** A question as forms: one with its own fields or with a field for the answer, or one for each part that it has. */
export function formsOf({ request, prompt, schema }: OpenQuestion): QuestionForm[] {
  const parts = forms.safeParse(schema);
  if (!parts.success || Object.keys(parts.data.properties).length === 0) return [formOf(request, prompt, schema)];
  return Object.entries(parts.data.properties).map(([name, part]) =>
    formOf(keyOf(request, name), part.title ?? `${prompt} (${name})`, part),
  );
}

/** The answer to a question of which every form is filled; the values are by the forms' keys. */
export function wholeAnswer({ request, schema }: OpenQuestion, values: ReadonlyMap<string, unknown>): unknown {
  if (values.has(request)) return values.get(request);
  const parts = forms.parse(schema).properties;
  return Object.fromEntries(Object.keys(parts).map((name) => [name, values.get(keyOf(request, name))]));
}

function keyOf(request: string, part: string): string {
  return `${request}.${part}`;
}

function formOf(key: string, message: string, schema: unknown): QuestionForm {
  const own = fields.safeParse(schema);
  const { type, properties, required = [] } = own.success ? own.data : wrapped(schema);
  const requestedSchema = { type, properties, required } as ElicitRequestFormParams["requestedSchema"];
  return {
    key,
    params: { mode: "form", message, requestedSchema },
    valueOf: (content) => (own.success ? content : content[only]),
  };
}

function wrapped(schema: unknown): z.infer<typeof fields> {
  const own = field.safeParse(schema);
  const properties = { [only]: own.success ? own.data : ({ type: "string" } as const) };
  return { type: "object", properties, required: [only] };
}
