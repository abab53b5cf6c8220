import { expect, test } from "vitest";
import type { Bus } from "./bus.ts";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** What every bus keeps. `settled` resolves once hints given before it have been told. */
export function busContract(open: () => Promise<{ bus: Bus; settled?: () => Promise<void> } & AsyncDisposable>): void {
  async function fixture() {
    const opened = await open();
    const settled = async () => {
      await opened.settled?.();
      await turn();
    };
    const heard: string[] = [];
    const listen = (topic: string, name = topic) => opened.bus.listen(topic, () => heard.push(name));
    return { opened, bus: opened.bus, settled, heard, listen };
  }

  test("a listener hears a hint of its topic, after the turn in which it was given", async () => {
    const { opened, bus, settled, heard, listen } = await fixture();
    await using _opened = opened;
    using _listening = listen("a");
    bus.hint("a");
    expect(heard).toEqual([]);
    await settled();
    expect(heard).toEqual(["a"]);
  });

  test("hints of other topics are not heard", async () => {
    const { opened, bus, settled, heard, listen } = await fixture();
    await using _opened = opened;
    using _a = listen("a");
    using _b = listen("b");
    bus.hint("b");
    bus.hint("c");
    await settled();
    expect(heard).toEqual(["b"]);
  });

  test("hints given before it listened are not heard", async () => {
    const { opened, bus, settled, heard, listen } = await fixture();
    await using _opened = opened;
    using _early = listen("a", "early");
    bus.hint("a");
    using _late = listen("a", "late");
    await settled();
    expect(heard).toEqual(["early"]);
  });

  test("whoever stopped listening hears nothing more, not even what was hinted before", async () => {
    const { opened, bus, settled, heard, listen } = await fixture();
    await using _opened = opened;
    const listening = listen("a");
    using _other = listen("a", "other");
    bus.hint("a");
    listening[Symbol.dispose]();
    listening[Symbol.dispose]();
    await settled();
    expect(heard).toEqual(["other"]);
  });

  test("a listener that hints its own topic is told again in a later turn", async () => {
    const { opened, bus, settled } = await fixture();
    await using _opened = opened;
    let count = 0;
    using _listening = bus.listen("a", () => {
      count += 1;
      if (count < 3) bus.hint("a");
    });
    bus.hint("a");
    await settled();
    expect(count).toBe(1);
    await settled();
    await settled();
    expect(count).toBe(3);
  });

  test("who listens anew during a turn is heard of in the next one only", async () => {
    const { opened, bus, settled, heard } = await fixture();
    await using _opened = opened;
    using stack = new DisposableStack();
    stack.use(
      bus.listen("a", () => {
        heard.push("first");
        stack.use(bus.listen("a", () => heard.push("second")));
      }),
    );
    bus.hint("a");
    await settled();
    expect(heard).toEqual(["first"]);
  });
}
