/** A pipe that somebody else holds open too does not end with the one who made us. */
const lookEveryMs = 1000;

/** Tells once that the process which started this one is gone. */
export function watchParent(onGone: () => void): Disposable {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, lookEveryMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
