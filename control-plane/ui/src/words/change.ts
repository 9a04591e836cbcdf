// Changes that a publish would make live, in plain words.
import type { Change } from '../api/documents';
import { conditionWords, type Condition } from './condition';
import { differences, type Difference } from './diff';
import { coverageWords, prerequisiteSentence, ruleSentence, serveWords, type Coverage, type Rule } from './rule';
import { shareText } from './share';

export interface ChangeLine {
  what: string;
  /** Absent: there was nothing. */
  before?: string;
  /** Absent: there is nothing any more. */
  after?: string;
}

const kinds: Record<string, string> = {
  flag: 'Flag', flag_configuration: 'Flag', segment: 'Segment', attribute: 'Attribute', experiment: 'Experiment',
  layer: 'Layer', holdout: 'Holdout', metric: 'Metric',
};

/** "Flag checkout: what it serves". */
export function changeTitle(change: Pick<Change, 'kind' | 'key'>): string {
  const kind = kinds[change.kind] ?? change.kind;
  return `${kind} ${change.key}${change.kind === 'flag_configuration' ? ': what it serves' : ''}`;
}

function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  return JSON.stringify(value);
}

function optional(value: unknown, words: (value: never) => string): string | undefined {
  return value === undefined || value === null ? undefined : words(value as never);
}

function line(what: string, before: string | undefined, after: string | undefined): ChangeLine {
  return { what, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}

function shares(value: unknown): string {
  return Object.entries(value as Record<string, number>).map(([variant, ppm]) => `${variant} ${shareText(ppm)}`).join(', ');
}

function listWords(value: unknown): string {
  return Array.isArray(value) && value.length > 0 ? value.join(', ') : 'none';
}

function prerequisitesWords(value: unknown): string {
  if (!Array.isArray(value) || value.length === 0) return 'none';
  return value.map(prerequisiteSentence).join(' ');
}

function fieldWords(path: string[]): string {
  return path.map((part) => part.replaceAll('_', ' ')).join(' › ');
}

function ruleLine({ path, before, after }: Difference): ChangeLine {
  const [, id, field, inner] = path;
  const name = `Rule ${id}`;
  if (id === 'order') return line('Order of rules', (before as string[]).join(', '), (after as string[]).join(', '));
  if (field === undefined) return line(name, optional(before, (rule: Rule) => ruleSentence(rule)), optional(after, (rule: Rule) => ruleSentence(rule)));
  if (field === 'coverage') {
    if (inner === undefined) return line(`${name}: coverage`, coverageWords(before as Coverage | null), coverageWords(after as Coverage | null));
    if (inner === 'ppm') return line(`${name}: coverage`, optional(before, shareText), optional(after, shareText));
    if (inner === 'ramp') {
      const ramp = (value: unknown) => coverageWords({ ramp: value } as Coverage);
      return line(`${name}: coverage`, optional(before, ramp), optional(after, ramp));
    }
  }
  if (field === 'holdouts') return line(`${name}: holdouts`, listWords(before), listWords(after));
  if (field === 'condition') return line(`${name}: condition`, conditionWords(before as Condition), conditionWords(after as Condition));
  if (field === 'serve' && inner === undefined) return line(`${name}: serves`, serveWords(before as never), serveWords(after as never));
  return line(`${name}: ${fieldWords(path.slice(2))}`, optional(before, plain), optional(after, plain));
}

function oneLine(difference: Difference): ChangeLine {
  const { path, before, after } = difference;
  const [first, second] = path;
  if (first === 'enabled') return line('Switch', before === true ? 'on' : 'off', after === true ? 'on' : 'off');
  if (first === 'rules' && second !== undefined) return ruleLine(difference);
  if (first === 'prerequisites') return line('Prerequisites', prerequisitesWords(before), prerequisitesWords(after));
  if (first === 'ppm') return line('Share', optional(before, shareText), optional(after, shareText));
  if (first === 'default_serve' && second === undefined) return line('Default', serveWords(before as never), serveWords(after as never));
  if (first === 'default_serve' && second === 'variant') return line('Default', optional(before, plain), optional(after, plain));
  if (first === 'off_variant') return line('Off variant', optional(before, plain) ?? 'the caller’s default', optional(after, plain) ?? 'the caller’s default');
  if (first === 'weights' && second !== undefined) return line(`Share of ${second}`, optional(before, shareText), optional(after, shareText));
  if (first === 'weights') return line('Shares', optional(before, shares), optional(after, shares));
  if (first === 'variants' && second !== undefined && path.length === 2) {
    const value = (variant: { value: unknown }) => plain(variant.value);
    return line(`Variant ${second}`, optional(before, value), optional(after, value));
  }
  return line(fieldWords(path), optional(before, plain), optional(after, plain));
}

// Conditions, ramps and prerequisites are read as a whole: half of one says little.
function merged(found: Difference[], change: Pick<Change, 'before' | 'after'>): Difference[] {
  const out: Difference[] = [];
  const seen = new Set<string>();
  const at = (document: unknown, path: string[]): unknown =>
    path.reduce<unknown>((value, key) => {
      if (Array.isArray(value)) return value.find((entry) => entry?.id === key || entry?.key === key);
      return (value as Record<string, unknown> | undefined)?.[key];
    }, document);
  for (const difference of found) {
    const depth = difference.path.findIndex((part, i) => (part === 'condition' || part === 'serve') && (i === 0 || i === 2));
    const isWhole = difference.path[0] === 'default_serve' || difference.path[0] === 'prerequisites';
    const ramp = difference.path[2] === 'coverage' && difference.path[3] === 'ramp' ? 4 : difference.path.length;
    const end = depth >= 0 ? depth + 1 : isWhole ? 1 : difference.path[2] === 'holdouts' ? 3 : ramp;
    const path = difference.path.slice(0, end);
    const name = path.join('\n');
    if (seen.has(name)) continue;
    seen.add(name);
    out.push(end === difference.path.length ? difference : { path, before: at(change.before, path), after: at(change.after, path) });
  }
  return out;
}

/** What a reader of the publish dialogue sees of one change. */
export function changeLines(change: Pick<Change, 'before' | 'after' | 'change'>): ChangeLine[] {
  if (change.change === 'archived') return [line('Archived', undefined, undefined)];
  return merged(differences(change.before, change.after), change).map(oneLine);
}
