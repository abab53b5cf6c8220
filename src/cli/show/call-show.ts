import type { EventOrGap } from "../../client/event-reader.ts";
import type { OutputPiece } from "../../client/output.ts";
import type { EventData } from "../../protocol/events.ts";
import type { CallView } from "../../protocol/result.ts";
import { endingText, eventText, isStage } from "./call-text.ts";
import type { Screen } from "./screen.ts";
import { bytesText } from "./table.ts";

/** Shows a call while it runs and when it has ended. */
export interface CallShow {
  event(event: EventOrGap): void;
  /** Resolves when there is room for more. */
  output(piece: OutputPiece): Promise<void>;
  end(view: CallView): void;
}

/** One line of JSON for each event and piece of output, in the shape of the protocol; the call last. */
export function jsonShow(screen: Screen, call: string): CallShow {
  return {
    event: (event) => screen.json("type" in event ? event : { type: "call.gap", ...event }),
    async output(piece) {
      const { offset } = piece;
      if (piece.kind === "hole") screen.json({ type: "output.hole", call, offset, to: piece.to });
      else {
        const base64 = Buffer.from(piece.bytes).toString("base64");
        screen.json({ type: "output", call, offset, channel: piece.channel, base64 });
      }
      await screen.room();
    },
    end: (view) => screen.json(view),
  };
}

/** To whom the stages of a call are told: to whoever watches a terminal, or to everybody, because it takes minutes. */
export type StagesTo = "watchers" | "everybody";

/** For people: text as it comes on a terminal, whole at the end elsewhere; a command's bytes as they are. */
export function humanShow(screen: Screen, stagesTo: StagesTo = "watchers"): CallShow {
  const answer = new AnswerText(screen);
  let hasOutput = false;
  return {
    event(event) {
      if ("type" in event && event.type === "output.delta") answer.piece(event.data as EventData<"output.delta">);
      if ("type" in event && event.type === "process.started") hasOutput = true;
      // What an agent's run says before it uses a tool is no beginning of its answer.
      if ("type" in event && event.type === "tool.executing") answer.anew();
      const text = eventText(event);
      if (text === undefined) return;
      if (stagesTo === "everybody" && isStage(event)) screen.stage(text);
      else screen.progress(text);
    },
    async output(piece) {
      hasOutput = true;
      if (piece.kind === "data") await screen.bytes(piece.channel === "stderr" ? "stderr" : "stdout", piece.bytes);
      else screen.note(`[${bytesText(piece.to - piece.offset)} of output were dropped here]`);
    },
    end(view) {
      const { result } = view;
      // A command has said what it had to say.
      if (result !== undefined && !hasOutput) answer.end(contentOf(result));
      const ending = endingText(view);
      // Ended because nobody reads it any more.
      if (ending !== undefined && !screen.gone.aborted) screen.note(screen.bad(ending));
    },
  };
}

/** The text of an answer, shown as it comes and never twice. */
class AnswerText {
  readonly #screen: Screen;
  #shown = "";
  #attempt = 0;
  #try = 0;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  piece({ attempt, try: tries = 1, kind, text }: EventData<"output.delta">): void {
    if (!this.#screen.isTerminal || kind !== "text") return;
    if ((attempt !== this.#attempt || tries > this.#try) && this.#shown !== "") {
      this.#screen.print("");
      this.#screen.progress("begins anew");
      this.#shown = "";
    }
    this.#attempt = attempt;
    this.#try = tries;
    this.#shown += text;
    this.#screen.printPiece(text);
  }

  /** What was shown was not the answer. */
  anew(): void {
    if (this.#shown !== "") this.#screen.print("");
    this.#shown = "";
  }

  /** The whole text, or what is missing of it. */
  end(content: string): void {
    const isShown = this.#shown !== "" && content.startsWith(this.#shown);
    if (this.#shown !== "" && !isShown) this.#screen.print("");
    this.#screen.print(isShown ? content.slice(this.#shown.length) : content);
  }
}

function contentOf({ content, data }: NonNullable<CallView["result"]>): string {
  return content === "" && data !== undefined ? JSON.stringify(data, null, 2) : content;
}
