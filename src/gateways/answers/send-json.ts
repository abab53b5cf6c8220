import type { ServerResponse } from "node:http";

/** Answers with this value as JSON, whole. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  sendText(response, status, { type: "application/json", text: JSON.stringify(body) });
}

/** Answers with a text of this media type, whole; in UTF-8. */
export function sendText(response: ServerResponse, status: number, body: { type: string; text: string }): void {
  response.statusCode = status;
  response.setHeader("Content-Type", body.type);
  response.setHeader("Content-Length", Buffer.byteLength(body.text));
  response.end(body.text);
}
