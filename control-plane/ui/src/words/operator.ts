// Operators as a person would say them, and what their operands are joined by.

interface Wording {
  is: string;
  isNot: string;
  operands: 'none' | 'one' | 'any' | 'all' | 'range';
}

const wordings: Record<string, Wording> = {
  is_set: { is: 'is set', isNot: 'is not set', operands: 'none' },
  equals: { is: 'is', isNot: 'is not', operands: 'one' },
  in: { is: 'is', isNot: 'is not', operands: 'any' },
  contains: { is: 'contains', isNot: 'does not contain', operands: 'any' },
  starts_with: { is: 'starts with', isNot: 'does not start with', operands: 'any' },
  ends_with: { is: 'ends with', isNot: 'does not end with', operands: 'any' },
  matches: { is: 'matches', isNot: 'does not match', operands: 'any' },
  equals_hashed: { is: 'is the hidden value', isNot: 'is not the hidden value', operands: 'none' },
  in_hashed: { is: 'is one of the hidden values', isNot: 'is none of the hidden values', operands: 'none' },
  lt: { is: 'is less than', isNot: 'is not less than', operands: 'one' },
  lte: { is: 'is at most', isNot: 'is not at most', operands: 'one' },
  gt: { is: 'is more than', isNot: 'is not more than', operands: 'one' },
  gte: { is: 'is at least', isNot: 'is not at least', operands: 'one' },
  between: { is: 'is between', isNot: 'is not between', operands: 'range' },
  time_before: { is: 'is before', isNot: 'is not before', operands: 'one' },
  time_after: { is: 'is after', isNot: 'is not after', operands: 'one' },
  time_between: { is: 'is from', isNot: 'is not from', operands: 'range' },
  in_window: { is: 'is within', isNot: 'is not within', operands: 'any' },
  semver_eq: { is: 'is version', isNot: 'is not version', operands: 'one' },
  semver_lt: { is: 'is a version before', isNot: 'is not a version before', operands: 'one' },
  semver_lte: { is: 'is a version up to', isNot: 'is not a version up to', operands: 'one' },
  semver_gt: { is: 'is a version after', isNot: 'is not a version after', operands: 'one' },
  semver_gte: { is: 'is version or later than', isNot: 'is not version or later than', operands: 'one' },
  semver_tilde: { is: 'is a patch version of', isNot: 'is not a patch version of', operands: 'one' },
  semver_caret: { is: 'is compatible with version', isNot: 'is not compatible with version', operands: 'one' },
  contains_any: { is: 'contains any of', isNot: 'contains none of', operands: 'any' },
  contains_all: { is: 'contains all of', isNot: 'does not contain all of', operands: 'all' },
  size_lt: { is: 'has fewer entries than', isNot: 'does not have fewer entries than', operands: 'one' },
  size_gt: { is: 'has more entries than', isNot: 'does not have more entries than', operands: 'one' },
  size_between: { is: 'has a number of entries between', isNot: 'has no number of entries between', operands: 'range' },
  in_cidr: { is: 'is in the network', isNot: 'is not in the network', operands: 'any' },
  within_km: { is: 'is within', isNot: 'is not within', operands: 'any' },
  in_segment: { is: 'is in segment', isNot: 'is not in segment', operands: 'any' },
  flag_is: { is: 'gets', isNot: 'does not get', operands: 'any' },
};

export type Operand = string | number | boolean;

// A list longer than this is told by its first entries and how many more there are.
const shownOperands = 6;

export function operandText(operand: Operand): string {
  return typeof operand === 'string' ? `“${operand}”` : String(operand);
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
    default:
      if (operands.length === 0) return `${verb} one of no values (never true)`;
      return `${verb} ${joined(operands, 'or')}`;
  }
}
