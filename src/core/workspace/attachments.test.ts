import { describe, expect, test } from "vitest";
import { type AttachmentSource, attachFiles, attachImages, linesNamedIn } from "./attachments.ts";
import { unreadable } from "./refusals.ts";

const never = new AbortController().signal;
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

function source(
  carried: Readonly<Record<string, string | Uint8Array>>,
  secrets: AttachmentSource["secrets"] = "refuse",
) {
  const files = Object.entries(carried).map(([path, content]) => [path, Buffer.from(content)] as const);
  const nothing = async (_scope: unknown, { path }: { path: string }) => {
    throw unreadable(path, "ENOENT", "a file");
  };
  return {
    workspace: { read: nothing, readBytes: nothing },
    scope: { roots: ["/root"], base: "/root" },
    carried: new Map(files),
    secrets,
  };
}

describe("files", () => {
  test("what travelled with the call is taken before the disk is asked, with its lines and hash", async () => {
    const [file] = await attachFiles(source({ "a.ts": "1\n2\n3\n" }), ["a.ts:2-3"], never);
    expect(file).toMatchObject({ path: "a.ts", lines: ["2", "3"], from: 2, totalLines: 3 });
    expect(file?.sha256).toMatch(/^[\da-f]{64}$/);
    await expect(attachFiles(source({}), ["a.ts"], never)).rejects.toMatchObject({ code: "workspace.unreadable" });
  });

  test("what travelled is looked through for secrets like any file", async () => {
    const key = "sk-proj-Zq8vN3xT6rB1mK9pW4yL7cF2hD5jG0sA";
    for (const path of [".env", "a.ts"])
      await expect(attachFiles(source({ [path]: key }), [path], never)).rejects.toMatchObject({
        code: "workspace.secret",
      });
    const [file] = await attachFiles(source({ "a.ts": key }, "redact"), ["a.ts"], never);
    expect(file?.lines).toEqual(["[secret]"]);
  });

  test("all together have a bound", async () => {
    const large = Buffer.alloc(10 * 1024 * 1024, `${"a".repeat(199)}\n`);
    await expect(attachFiles(source({ a: large, b: large }), ["a", "b"], never)).rejects.toMatchObject({
      code: "workspace.too-large",
    });
  });

  test.each([
    ["src/a.ts", { path: "src/a.ts" }],
    ["src/a.ts:7", { path: "src/a.ts", from: 7, to: 7 }],
    ["src/a.ts:7-9", { path: "src/a.ts", from: 7, to: 9 }],
    ["a:b", { path: "a:b" }],
    [":7", { path: ":7" }],
  ])("%s", (named, expected) => expect(linesNamedIn(named)).toEqual(expected));
});

describe("images", () => {
  const url = `data:image/jpeg;base64,${png.toString("base64")}`;

  test("they are known by what is in them; the same one comes once", async () => {
    const images = await attachImages(source({ "a.txt": png }), [url, "a.txt"], never);
    expect(images).toMatchObject([{ name: "image 1", mediaType: "image/png" }]);
    expect(Buffer.from(images[0]?.content ?? [])).toEqual(png);
  });

  test("what is no picture, no data URL in base64, or too large, is refused", async () => {
    const large = `data:image/png;base64,${"A".repeat(28 * 1024 * 1024)}`;
    for (const [image, code] of [
      ["a.txt", "workspace.unreadable"],
      ["data:image/png,abc", "input.invalid"],
      ["data:", "input.invalid"],
      [large, "workspace.too-large"],
    ] as const)
      await expect(attachImages(source({ "a.txt": "text" }), [image], never), image.slice(0, 30)).rejects.toMatchObject(
        {
          code,
        },
      );
  });
});
