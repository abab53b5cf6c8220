import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
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

promise("share.fair", "an answer of braces is not read again from each of them", () => {
  const vote = '{"vote": "yes"}';
  for (const more of ["{".repeat(1000), `{${"x".repeat(100_000)}`]) {
    const answer = `${vote}\n${more}`;
    expect(ballotIn(answer).ballot.vote).toBe("unclear");
  }
  expect(ballotIn(`${"{".repeat(1000)}\n${vote}`).ballot.vote).toBe("yes");
});
