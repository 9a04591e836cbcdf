import { Mark, type Tone } from '../parts/mark';

const tones: Record<string, Tone> = { running: 'good', paused: 'warn', stopped: 'calm', draft: 'info' };

/** Status of an experiment. */
export function StatusMark({ status }: { status: string | undefined }) {
  const word = status ?? 'draft';
  return <Mark tone={tones[word] ?? 'calm'}>{word}</Mark>;
}
