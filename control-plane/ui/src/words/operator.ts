// Operators as a person would say them, and what their operands are joined by.

import { instantText, windowsText, type Window } from './time';

interface Wording {
  is: string;
  isNot: string;
  operands: 'none' | 'one' | 'any' | 'all' | 'range' | 'hidden' | 'pattern' | 'time' | 'span' | 'windows' | 'circle';
}

const wordings: Record<string, Wording> = {
  is_set: { is: 'is set', isNot: 'is not set', operands: 'none' },
  equals: { is: 'is', isNot: 'is not', operands: 'one' },
  in: { is: 'is', isNot: 'is not', operands: 'any' },
  contains: { is: 'contains', isNot: 'does not contain', operands: 'any' },
  starts_with: { is: 'starts with', isNot: 'does not start with', operands: 'any' },
  ends_with: { is: 'ends with', isNot: 'does not end with', operands: 'any' },
  matches: { is: 'matches', isNot: 'does not match', operands: 'pattern' },
  equals_hashed: { is: 'is', isNot: 'is not', operands: 'hidden' },
  in_hashed: { is: 'is', isNot: 'is not', operands: 'hidden' },
  lt: { is: 'is less than', isNot: 'is not less than', operands: 'one' },
  lte: { is: 'is at most', isNot: 'is not at most', operands: 'one' },
  gt: { is: 'is more than', isNot: 'is not more than', operands: 'one' },
  gte: { is: 'is at least', isNot: 'is not at least', operands: 'one' },
  between: { is: 'is between', isNot: 'is not between', operands: 'range' },
  time_before: { is: 'is before', isNot: 'is not before', operands: 'time' },
  time_after: { is: 'is after', isNot: 'is not after', operands: 'time' },
  time_between: { is: 'is from', isNot: 'is not from', operands: 'span' },
  in_window: { is: 'is within', isNot: 'is not within', operands: 'windows' },
  semver_eq: { is: 'is version', isNot: 'is not version', operands: 'one' },
  semver_lt: { is: 'is a version before', isNot: 'is not a version before', operands: 'one' },
  semver_lte: { is: 'is a version up to', isNot: 'is not a version up to', operands: 'one' },
  semver_gt: { is: 'is a version after', isNot: 'is not a version after', operands: 'one' },
  semver_gte: { is: 'is a version from', isNot: 'is not a version from', operands: 'one' },
  semver_tilde: { is: 'is a patch version of', isNot: 'is not a patch version of', operands: 'one' },
  semver_caret: { is: 'is compatible with version', isNot: 'is not compatible with version', operands: 'one' },
  contains_any: { is: 'contains any of', isNot: 'contains none of', operands: 'any' },
  contains_all: { is: 'contains all of', isNot: 'does not contain all of', operands: 'all' },
  size_lt: { is: 'has fewer entries than', isNot: 'does not have fewer entries than', operands: 'one' },
  size_gt: { is: 'has more entries than', isNot: 'does not have more entries than', operands: 'one' },
  size_between: { is: 'has a number of entries between', isNot: 'has no number of entries between', operands: 'range' },
  in_cidr: { is: 'is in the network', isNot: 'is not in the network', operands: 'any' },
  within_km: { is: 'is within', isNot: 'is not within', operands: 'circle' },
  in_segment: { is: 'is in segment', isNot: 'is not in segment', operands: 'any' },
  flag_is: { is: 'gives variant', isNot: 'does not give variant', operands: 'any' },
};

/** As definitions write them, and windows also as the engine explains them: minutes of the week, then the zone. */
export type Operand = string | number | boolean | Window | [number, number];

// A list longer than this is told by its first entries and how many more there are.
const shownOperands = 6;

export function operandText(operand: Operand): string {
  if (typeof operand === 'string') return `“${operand}”`;
  return typeof operand === 'object' ? JSON.stringify(operand) : String(operand);
}

// What is hidden stays so: how many there are is enough. The engine tells "3 hashes" as its only operand.
function hiddenText(operands: readonly Operand[]): string {
  const told = operands.length === 1 ? /^(\d+) hashes$/.exec(String(operands[0])) : null;
  const count = told === null ? operands.length : Number(told[1]);
  return count === 1 ? 'a hidden value' : `one of ${count} hidden values`;
}

function joined(operands: readonly Operand[], word: string): string {
  const shown = operands.slice(0, shownOperands).map(operandText);
  const more = operands.length - shown.length;
  if (more > 0) return `${shown.join(', ')} ${word} ${more} more`;
  if (shown.length < 2) return shown.join('');
  return `${shown.slice(0, -1).join(', ')} ${word} ${shown[shown.length - 1]}`;
}

/** "is at least 18", "is not “CH” or “DE”". An operator that this page does not know is shown by its own name. */
export function operatorWords(operator: string, operands: readonly Operand[], isNegated: boolean): string {
  const wording = wordings[operator];
  if (wording === undefined) {
    return [isNegated ? 'is not' : 'is', operator.replaceAll('_', ' '), joined(operands, 'or')].filter(Boolean).join(' ');
  }
  const verb = isNegated ? wording.isNot : wording.is;
  switch (wording.operands) {
    case 'none':
      return verb;
    case 'range':
      return `${verb} ${operandText(operands[0] ?? '')} and ${operandText(operands[1] ?? '')}`;
    case 'all':
      return `${verb} ${joined(operands, 'and')}`;
    case 'hidden':
      return `${verb} ${hiddenText(operands)}`;
    case 'pattern':
      return `${verb} the pattern ${operands.map(String).join(', ')}`;
    case 'time':
      return `${verb} ${instantText(operands[0])}`;
    case 'span':
      return `${verb} ${instantText(operands[0])} until ${instantText(operands[1])}`;
    case 'windows':
      return `${verb} ${windowsText(operands)}`;
    case 'circle':
      return `${verb} ${operandText(operands[2] ?? '')} km of ${operandText(operands[0] ?? '')}, ${operandText(operands[1] ?? '')}`;
    default:
      if (operands.length === 0) return `${verb} one of no values (never true)`;
      return `${verb} ${joined(operands, 'or')}`;
  }
}
