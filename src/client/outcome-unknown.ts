/**
 * The connection was cut between a request and its answer, and repeating it might do it twice. Whether it was
 * done is for the caller to find out; a refusal would have been a `Fault`.
 */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";
  /** What was asked. */
  readonly method: string;

  constructor(method: string) {
    super(`Cannot tell whether ${method} was done: the connection was cut before its answer`);
    this.method = method;
  }
}
