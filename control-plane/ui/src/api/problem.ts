// What the server says when it refuses, and where on the screen each sentence belongs.
import type { Problem } from './documents';

/** A refusal by the server, or none reached at all (status 0). */
export class Refusal extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor(status: number, problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = 'Refusal';
    this.status = status;
    this.problem = problem;
  }
}

const fallbackTitles: Record<number, string> = {
  0: 'The server cannot be reached',
  401: 'Sign in again',
  403: 'Your token’s role does not allow this',
  404: 'Not found',
  412: 'Somebody else changed this meanwhile',
};

/** Makes a Refusal of any body: proxies answer with their own pages. */
export function refusalOf(status: number, body: unknown): Refusal {
  const problem = body as Partial<Problem> | undefined | null;
  if (problem != null && typeof problem === 'object' && typeof problem.title === 'string') {
    return new Refusal(status, problem as Problem);
  }
  const title = fallbackTitles[status] ?? `The server answered with status ${status}`;
  return new Refusal(status, { type: 'about:blank', title, status });
}

/** The sentence for a person. */
export function refusalText(error: unknown): string {
  if (error instanceof Refusal) {
    if (error.status === 412) return 'Somebody else changed this meanwhile. The newest state is loaded; make your change again.';
    return error.problem.detail ?? error.problem.title;
  }
  if (error instanceof TypeError) return 'The server cannot be reached.';
  return error instanceof Error ? error.message : String(error);
}

export interface PlacedProblems {
  /** By name of the form's field. */
  fields: Record<string, string>;
  /** Those that belong to no field of the form. */
  others: string[];
}

/**
 * Puts each of the server's sentences beside its field. `places` gives the field of a JSON pointer; the longest
 * pointer that is the same or encloses the problem's wins.
 */
export function placeProblems(error: unknown, places: Record<string, string>): PlacedProblems {
  const placed: PlacedProblems = { fields: {}, others: [] };
  const problems = error instanceof Refusal ? (error.problem.errors ?? []) : [];
  if (problems.length === 0) placed.others.push(refusalText(error));
  for (const { pointer, text } of problems) {
    const place = Object.keys(places)
      .filter((known) => pointer === known || pointer.startsWith(`${known}/`))
      .sort((a, b) => b.length - a.length)[0];
    if (place === undefined) {
      placed.others.push(pointer === '' ? text : `${pointer}: ${text}`);
      continue;
    }
    const field = places[place]!;
    placed.fields[field] = placed.fields[field] === undefined ? text : `${placed.fields[field]}; ${text}`;
  }
  return placed;
}
