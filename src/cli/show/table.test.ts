import { expect, test } from "vitest";
import { tableText } from "./table.ts";

const head = ["CALL", "TOOL", "PHASE"];
const rows = [
  ["01m827ybjpwd9c1xtmy4x96cx0", "echo", "succeeded"],
  ["01m827ya7b1zwzfvwcjtrddfbh", "exec", ""],
];

test("columns line up, and nothing is cut", () => {
  expect(tableText(head, rows)).toBe(
    ["CALL                        TOOL  PHASE", `${rows[0]?.join("  ")}`, "01m827ya7b1zwzfvwcjtrddfbh  exec"].join(
      "\n",
    ),
  );
});

test("what a narrow terminal has no room for stands below its row and lines up there", () => {
  expect(tableText(head, rows, 34)).toBe(
    [
      "CALL                        TOOL",
      "  PHASE",
      "01m827ybjpwd9c1xtmy4x96cx0  echo",
      "  succeeded",
      "01m827ya7b1zwzfvwcjtrddfbh  exec",
    ].join("\n"),
  );
  expect(tableText(head, rows, 10).split("\n").slice(0, 3)).toEqual(["CALL", "  TOOL", "  PHASE"]);
  expect(tableText(head, rows, 43)).toBe(tableText(head, rows));
});
