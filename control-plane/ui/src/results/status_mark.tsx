import { Mark, type Tone } from '../parts/mark';

const tones: Record<string, Tone> = {
  draft: 'info',
  review: 'info',
  running: 'good',
  paused: 'warn',
  stopped: 'calm',
  shipped: 'good',
};

/** Status of an experiment. */
export function StatusMark({ status }: { status: string | undefined }) {
  const word = status ?? 'draft';
  return <Mark tone={tones[word] ?? 'calm'}>{word}</Mark>;
}
