import type { ReactNode } from 'react';

export type Tone = 'good' | 'bad' | 'warn' | 'info' | 'calm' | 'production';

/** A short word in a tone; the word says what the colour does. */
export function Mark({ tone = 'calm', icon, children }: { tone?: Tone; icon?: ReactNode; children: ReactNode }) {
  return (
    <span className={`mark tone-${tone}`}>
      {icon}
      {children}
    </span>
  );
}
