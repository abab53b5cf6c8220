import type { TextRule } from "./text-rule.ts";

const skipped = {
  rule: "skipped-test",
  severity: "medium",
  message: "A test is skipped: what it proves is not looked at.",
} as const;
const focused = {
  rule: "focused-test",
  severity: "high",
  message: "A test is run alone: all the others are left out where this is run.",
} as const;
const jvm = ["java", "kotlin", "scala"];

/** Tests that are left out, or leave out others, in the usual frameworks. */
export const testRules: readonly TextRule[] = [
  { ...skipped, languages: ["python"], code: /@(?:pytest\.mark\.(?:skip|xfail)|unittest\.skip)\b(?!If|Unless|if)/ },
  { ...skipped, languages: ["python"], code: /^\s*(?:pytest\.skip|self\.skipTest)\(/, where: /test/i },
  { ...skipped, languages: ["go"], code: /^\s*[tbf]\.Skip(?:Now|f)?\(/, where: /_test\.go$/ },
  { ...skipped, languages: jvm, code: /^\s*@(?:Disabled|Ignore)\b/ },
  { ...skipped, languages: ["csharp"], code: /^\s*\[Ignore\b|\[(?:Fact|Theory)\(\s*Skip\s*=/ },
  { ...skipped, languages: ["rust"], code: /^\s*#\[ignore\b/ },
  {
    ...skipped,
    languages: ["ruby"],
    code: /^\s*(?:xit|xdescribe|xcontext|xspecify)\b|^\s*(?:skip|pending)\b(?:[\s(]|$)/,
    where: /(?:spec|test)s?[/_.]/,
  },
  { ...skipped, languages: ["php"], code: /->markTestSkipped\(|->markTestIncomplete\(|\)->skip\(/ },
  { ...skipped, languages: ["swift"], code: /\bXCTSkip\(/ },
  { ...skipped, languages: ["shell"], code: /^\s*skip\b/, where: /\.bats$/ },
  {
    ...focused,
    languages: ["ruby"],
    code: /^\s*(?:fit|fdescribe|fcontext|fspecify)\b|,\s*(?:focus:\s*true|:focus)\b/,
    where: /spec/,
  },
  { ...focused, languages: ["php"], code: /\)->only\(\)/ },
];
