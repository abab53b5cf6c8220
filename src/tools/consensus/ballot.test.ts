import { expect, test } from "vitest";
import { ballotIn } from "./ballot.ts";

test("the last line's vote is taken out of the answer, fenced or not, with braces before it", () => {
  const vote = '{"vote": "conditional", "reasons": ["slow"], "conditions": ["a cache"]}';
  const ballot = { vote: "conditional", reasons: ["slow"], conditions: ["a cache"] };
  expect(ballotIn(`Good: f() { return {} }\n${vote}`)).toEqual({ text: "Good: f() { return {} }", ballot });
  expect(ballotIn(`Good.\n\`\`\`json\n${vote}\n\`\`\``)).toEqual({ text: "Good.", ballot });
  const nested = '{"vote": "no", "reasons": ["uses {} and }"]}';
  expect(ballotIn(`So\n${nested}`).ballot).toMatchObject({ vote: "no", reasons: ["uses {} and }"] });
});

test("an answer without a vote is unclear and stays whole", () => {
  for (const answer of ["I like it", '{"vote": "perhaps"}', '{"vote": "yes"', "", "{"])
    expect(ballotIn(answer)).toEqual({ text: answer, ballot: { vote: "unclear", reasons: [], conditions: [] } });
});
