import { parentPort, workerData } from "node:worker_threads";
import { verbNames } from "../../../core/store/verbs/table.ts";
import {
  type Answer,
  failureOf,
  type Numbered,
  type Opened,
  openingId,
  type Task,
  type WorkerSettings,
} from "./messages.ts";
import { OpenStore } from "./open-store.ts";
import { Tasks } from "./tasks.ts";

/** The thread that owns the database: it opens the store, answers task after task and ends with `close`. */
function serve(settings: WorkerSettings): void {
  const port = parentPort;
  if (port === null) throw new Error("Expected to run as a worker");
  const answer = (id: number, body: Answer) => port.postMessage({ id, body } satisfies Numbered<Answer>);
  let store: OpenStore;
  try {
    store = new OpenStore(settings);
  } catch (error) {
    answer(openingId, { failure: failureOf(error) });
    return;
  }
  const tasks = new Tasks({
    commit: (batch) => store.commit(batch),
    perform: (task) => store.perform(task),
    answer: (id, body) => {
      answer(id, body);
      if (id === closing) port.close();
    },
  });
  let closing: number | undefined;
  port.on("message", (message: Numbered<Task>) => {
    if (message.body.do === "close") closing = message.id;
    tasks.take(message);
  });
  answer(openingId, { value: { epoch: store.epoch, verbs: verbNames } satisfies Opened });
}

serve(workerData as WorkerSettings);
