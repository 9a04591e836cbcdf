// What a program reports, and the bytes of it: src/wire/expt/v1/event.proto.
import { fieldsOf, packedNumbers, ProtobufWriter } from './protobuf.js';
import { fromUtf8 } from './text.js';

export type PropertyValue = string | number | bigint | boolean;

/** Sent to the server; never renumbered. */
export const EventKind = { exposure: 1, metric: 2, identify: 3, summary: 4 } as const;
export type EventKindName = keyof typeof EventKind;

/** Why an event was not accepted. Sent to the server; never renumbered. */
export const dropReasons = [
  'none', 'buffer_full', 'too_large', 'rejected', 'closed', 'spool_full', 'expired', 'invalid',
] as const;
export type DropReason = (typeof dropReasons)[number];

/** Who assigned the unit. Sent to the server; never renumbered. */
export const ExposureOrigin = { engine: 1, sticky: 2, imported: 3 } as const;
export type ExposureOrigin = (typeof ExposureOrigin)[keyof typeof ExposureOrigin];

export interface Unit {
  unitType: string;
  unitId: string;
}

export interface ExposureEvent {
  kind: 'exposure';
  experiment: string; // id, or holdout key
  phase: number;
  variant: string;
  flag: string;
  rule: string;
  snapshotVersion: number;
  unit: Unit;
  origin: ExposureOrigin;
  attributes: [string, PropertyValue][];
  isHoldout: boolean;
}
export interface MetricEvent {
  kind: 'metric';
  name: string;
  value: number | undefined;
  properties: [string, PropertyValue][];
  units: Unit[];
}
export interface IdentifyEvent {
  kind: 'identify';
  first: Unit;
  second: Unit;
}
export interface SummaryEvent {
  kind: 'summary';
  flag: string;
  variant: string;
  reason: number;
  rule: string;
  snapshotVersion: number;
  count: number;
  windowStartMs: number;
  windowEndMs: number;
}
export type EventBody = ExposureEvent | MetricEvent | IdentifyEvent | SummaryEvent;

export interface DropCount {
  reason: DropReason;
  kind: EventKindName;
  /** Id; exposures only. */
  experiment: string;
  variant: string;
  count: number;
}

function writeUnit(writer: ProtobufWriter, unit: Unit): void {
  writer.text(1, unit.unitType).text(2, unit.unitId);
}

function writeProperties(writer: ProtobufWriter, field: number, properties: [string, PropertyValue][]): void {
  for (const [name, value] of properties) {
    writer.message(field, (inner) => {
      inner.text(1, name);
      if (typeof value === 'string') inner.textAlways(2, value);
      else if (typeof value === 'boolean') inner.integerAlways(4, value ? 1 : 0);
      else if (typeof value === 'bigint' || Number.isSafeInteger(value)) inner.integerAlways(5, value);
      else inner.doubleAlways(3, value);
    });
  }
}

function writeBody(writer: ProtobufWriter, body: EventBody): void {
  switch (body.kind) {
    case 'exposure':
      writer.message(5, (inner) => {
        inner.text(1, body.experiment).integer(2, body.phase).text(3, body.variant).text(4, body.flag);
        inner.text(5, body.rule).integer(6, body.snapshotVersion);
        inner.text(7, body.unit.unitType).text(8, body.unit.unitId).integer(9, body.origin);
        writeProperties(inner, 10, body.attributes);
        inner.boolean(11, body.isHoldout);
      });
      return;
    case 'metric':
      writer.message(6, (inner) => {
        inner.text(1, body.name);
        if (body.value !== undefined) inner.doubleAlways(2, body.value);
        writeProperties(inner, 3, body.properties);
        for (const unit of body.units) inner.message(4, (row) => writeUnit(row, unit));
      });
      return;
    case 'identify':
      writer.message(7, (inner) => {
        inner.message(1, (row) => writeUnit(row, body.first)).message(2, (row) => writeUnit(row, body.second));
      });
      return;
    case 'summary':
      writer.message(8, (inner) => {
        inner.text(1, body.flag).text(2, body.variant).integer(3, body.reason).text(4, body.rule);
        inner.integer(5, body.snapshotVersion).integer(6, body.count);
        inner.integer(7, body.windowStartMs).integer(8, body.windowEndMs);
      });
  }
}

export interface EventFrame {
  eventId: Uint8Array;
  timeMs: number;
  monotonicMs: number;
  sequence: number;
}

/** One Event message, without the field header that a batch puts before it. */
export function encodeEvent(frame: EventFrame, body: EventBody): Uint8Array {
  const writer = new ProtobufWriter();
  writer.bytes(1, frame.eventId).integer(2, frame.timeMs).integer(3, frame.monotonicMs).integer(4, frame.sequence);
  writeBody(writer, body);
  return writer.finish();
}

export interface BatchHeader {
  batchId: Uint8Array;
  instanceId: Uint8Array;
  sdk: string;
  sdkVersion: string;
  sentAtMs: number;
  firstSequence: number;
  lastSequence: number;
  isClockSuspect: boolean;
  drops: readonly DropCount[];
}

export function encodeBatch(header: BatchHeader, events: readonly Uint8Array[]): Uint8Array {
  const writer = new ProtobufWriter();
  writer.bytes(1, header.batchId).bytes(2, header.instanceId).text(3, header.sdk).text(4, header.sdkVersion);
  writer.integer(5, header.sentAtMs).integer(6, header.firstSequence).integer(7, header.lastSequence);
  for (const drop of header.drops) {
    writer.message(8, (inner) => {
      inner.integer(1, dropReasons.indexOf(drop.reason)).integer(2, EventKind[drop.kind]);
      inner.text(3, drop.experiment).text(4, drop.variant).integer(5, drop.count);
    });
  }
  for (const event of events) writer.bytes(9, event);
  writer.boolean(10, header.isClockSuspect);
  return writer.finish();
}

/** Results of an EventBatchReply; never renumbered. */
export const Ack = { stored: 1, duplicate: 2, rejected: 3, retry: 4 } as const;

export interface BatchReply {
  /** One per event. */
  results: number[];
  /** Code and text of each rejected one, by its index. */
  rejections: Map<number, string>;
}

/** Undefined when `bytes` are no EventBatchReply. */
export function decodeReply(bytes: Uint8Array): BatchReply | undefined {
  const reply: BatchReply = { results: [], rejections: new Map() };
  try {
    for (const { field, number, bytes: value } of fieldsOf(bytes)) {
      if (field === 1) reply.results.push(...(value === undefined ? [number] : packedNumbers(value)));
      if (field !== 2 || value === undefined) continue;
      let index = 0;
      const texts = ['', ''];
      for (const inner of fieldsOf(value)) {
        if (inner.field === 1) index = inner.number;
        if (inner.bytes !== undefined && inner.field <= 3) texts[inner.field - 2] = fromUtf8(inner.bytes);
      }
      reply.rejections.set(index, texts.filter((text) => text !== '').join(': '));
    }
  } catch {
    return undefined;
  }
  return reply;
}
