/** Feature flags and experiments for browsers, decided locally. */
export {
  Context, Engine, init, LoadError, loadSnapshot, StickyAssignments, version, type Assignment, type Attributes,
  type AttributeValue, type Bootstrap,
  type ClientEvents, type ClientStatus, type Condition, type Decision, type Dehydrated, type DropCount, type DropReason, type ErrorCode,
  type Explanation, type Exposure, type FlagValue, type FlushReport, type JsonValue, type LoadCode, type LoadCount,
  type LogLevel, type PropertyValue, type Reason, type Snapshot, type Source, type Stale, type State, type StickyOption, type Store, type TrackOptions, type TrackResult,
  type Unsubscribe, type WaitOptions, type WasmSource,
} from '@expt/core';
export { Client, createClient, fixedClient, type ClientOptions } from './client.js';
