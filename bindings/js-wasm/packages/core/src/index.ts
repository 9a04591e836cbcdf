/** The engine of expt for JavaScript, and what its clients share. */
export {
  CoreClient, type ClientStatus, type Condition, type DecideOptions, type Dehydrated, type FlushReport, type State, type TrackOptions, type TrackResult,
  type WaitOptions,
} from './client.js';
export { Context, type Attributes, type AttributeValue } from './context.js';
export { engine, init } from './default_engine.js';
export type { Decision, ErrorCode, Explanation, Exposure, FlagValue, JsonValue, Reason } from './decision.js';
export type { ClientEvents, Unsubscribe } from './emitter.js';
export { Engine, type WasmSource } from './engine.js';
export { decodeReply, encodeBatch, encodeEvent } from './event.js';
export { doubleText } from './double_text.js';
export type { DropCount, DropReason, EventBody, PropertyValue } from './event.js';
export { FixedClient, fixedClient, type Tracked } from './fixed.js';
export { openHead, type Head, type HeadFloor, type HeadTrust, type SnapshotRef } from './head.js';
export { webHost, type Host } from './host.js';
export { LoadError, type LoadCode } from './load_error.js';
export { loadSnapshot, type SnapshotFiles } from './load_snapshot.js';
export type { Bootstrap, LoadCount, Source } from './loader.js';
export { checkOptions, type CommonOptions, type LogLevel, type Settings } from './options.js';
export { Root } from './root.js';
export { Emitter } from './emitter.js';
export { Expected, expectedOf } from './snapshot.js';
export type { EncodedEvent } from './uploader.js';
export { parseSdkKey, type SdkKey } from './sdk_key.js';
export {
  Snapshot, type Audience, type EvaluateOptions, type StickyOption, type ExperimentEntry, type Floor, type Overlay, type Stale, type Trust,
} from './snapshot.js';
export { StickyAssignments, type Assignment } from './sticky.js';
export type { SavedState, Store } from './store.js';
export type { Fetch } from './transport.js';
export { hex as hexOf } from './text.js';
export { version } from './version.js';
