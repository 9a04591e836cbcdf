import { IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';

export type StepState = 'done' | 'now' | 'later';

const spoken: Record<StepState, string> = { done: 'done', now: 'to do now', later: 'later' };

export function StepPanel({ number, title, state, children }: { number: number; title: string; state: StepState; children?: ReactNode }) {
  return (
    <li className={state} data-step={number} data-state={state}>
      <div className="panel">
        <span className="dot" aria-hidden>{state === 'done' ? <IconCheck size={18} /> : number}</span>
        <h2 style={{ alignSelf: 'center' }}>
          {title}
          <span className="hidden-text"> ({spoken[state]})</span>
        </h2>
        {state !== 'later' && children !== undefined && <div className="step-body stack">{children}</div>}
      </div>
    </li>
  );
}
