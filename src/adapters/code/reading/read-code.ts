import type { CodeAnswer, CodeQuestion, CodeText } from "../../../core/evidence/code-reader.ts";
import { findAnywhere, findInText } from "../../../core/evidence/text/find-in-text.ts";
import { languageOf } from "../../../core/evidence/text/languages.ts";
import { importsInText, symbolsInText, usesInText } from "../../../core/evidence/text/outline-text.ts";
import { findInScript } from "./script/find-in-script.ts";
import { ScriptModule } from "./script/module.ts";
import type { SyntaxNode } from "./script/node.ts";
import { importsIn, symbolsIn } from "./script/outline-script.ts";
import { parseScript } from "./script/parse-script.ts";
import { usesIn } from "./script/uses-in-script.ts";

/** What one file says, by its syntax where there is a parser for its language, otherwise by its text. */
export function readCode(file: CodeText, question: CodeQuestion): CodeAnswer {
  const language = languageOf(file.path)?.name ?? "text";
  if (language !== "javascript" && language !== "typescript") return answerByText(file, { question, language });
  try {
    return answerBySyntax(file, { question, language, top: parseScript(file) });
  } catch (error) {
    const unparsed = error instanceof RangeError ? "it nests too deeply for the parser" : reasonOf(error);
    return { ...answerByText(file, { question, language }), unparsed };
  }
}

/** Only what the parser says, without the code that it shows with it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof SyntaxError)) throw error;
  return `it cannot be parsed (${error.message.split("\n")[0]?.slice(0, 200) ?? ""})`;
}

type Asked = { question: CodeQuestion; language: string };

function answerBySyntax(file: CodeText, { question, language, top }: Asked & { top: SyntaxNode }): CodeAnswer {
  const answer = { language, method: "parsed" } as const;
  if (question.do === "outline") return { ...answer, symbols: symbolsIn(top), imports: importsIn(top) };
  if (question.do === "uses") return { ...answer, uses: usesIn(top, question.symbol) };
  const findings = findInScript(new ScriptModule({ ...file, top }));
  return { ...answer, findings: [...findAnywhere(file.text), ...findings] };
}

function answerByText(file: CodeText, { question, language }: Asked): CodeAnswer {
  const answer = { language, method: "text search" } as const;
  if (question.do === "outline") return { ...answer, symbols: symbolsInText(file), imports: importsInText(file) };
  if (question.do === "uses") return { ...answer, uses: usesInText(file, question.symbol) };
  return { ...answer, findings: [...findAnywhere(file.text), ...findInText(file)] };
}
