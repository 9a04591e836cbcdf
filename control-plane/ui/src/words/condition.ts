// Conditions read back in plain words, so that an "or" written for an "and" is noticed.
import { operatorWords, type Operand } from './operator';

/** As in definitions; operators that came after this page was written are read, too. */
export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | {
      attribute?: string; operator: string; operands?: Operand[]; negate?: boolean; case_insensitive?: boolean;
      time_zone?: string; longitude?: string; flag?: string;
    };

function list(parts: string[], word: string): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(`, ${word} `)}, ${word} ${parts[parts.length - 1]}`;
}

function group(children: Condition[], word: 'and' | 'or', isInner: boolean): string {
  if (children.length === 1) return words(children[0]!, isInner);
  const text = children.length === 2
    ? `${words(children[0]!, true)} ${word} ${words(children[1]!, true)}`
    : list(children.map((child) => words(child, true)), word);
  return isInner ? `(${text})` : text;
}

/** What a test is about: "country", "the time now", "the place (latitude, longitude)", "flag “checkout”", "the context". */
export function subjectWords({ attribute, longitude, flag }: { attribute?: string; longitude?: string; flag?: string }): string {
  if (flag !== undefined) return `flag “${flag}”`;
  if (attribute === '$now') return 'the time now';
  if (longitude !== undefined) return `the place (${attribute}, ${longitude})`;
  return attribute ?? 'the context';
}

function words(condition: Condition, isInner: boolean): string {
  if ('all' in condition) return condition.all.length === 0 ? 'always' : group(condition.all, 'and', isInner);
  if ('any' in condition) return condition.any.length === 0 ? 'never' : group(condition.any, 'or', isInner);
  if ('not' in condition) {
    const inner = condition.not;
    if ('operator' in inner) return words({ ...inner, negate: inner.negate !== true }, isInner);
    return `not (${words(inner, false)})`;
  }
  const subject = subjectWords(condition);
  const zone = condition.time_zone === undefined ? [] : [condition.time_zone];
  const verb = operatorWords(condition.operator, [...(condition.operands ?? []), ...zone], condition.negate === true);
  return `${subject} ${verb}${condition.case_insensitive === true ? ' (in any case)' : ''}`;
}

/** "country is “CH” or “DE” and age is at least 18"; "everyone" without a condition. */
export function conditionWords(condition: Condition | null | undefined): string {
  return condition == null ? 'everyone' : words(condition, false);
}
