import { Fault } from "../protocol/fault.ts";
import { CallHandle } from "./call-handle.ts";
import { Client, connect } from "./client.ts";
import { OutcomeUnknown } from "./outcome-unknown.ts";
import { Output } from "./output.ts";

export type { CallEvent } from "../protocol/events.ts";
export type { CallView } from "../protocol/result.ts";
export type { ConnectOptions, FollowOptions, StartOptions } from "./connect-options.ts";
export type { EventOrGap } from "./event-reader.ts";
export type { Credential, LinkState } from "./link.ts";
export type { OutputEnd, OutputPiece } from "./output.ts";
export type { SocketFactory, Timers, WebSocketLike } from "./socket.ts";
/** All that a program needs to talk to a daemon, in Node or in a page. */
export { CallHandle, Client, connect, Fault, OutcomeUnknown, Output };
