import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Tone } from './mark';

const icons = { good: IconCircleCheck, bad: IconCircleX, warn: IconAlertTriangle, info: IconInfoCircle, calm: IconInfoCircle, production: IconAlertTriangle };

/** A sentence that wants to be read before the rest. `isAlert` has screen readers say it at once. */
export function Notice(props: { tone: Tone; title: ReactNode; children?: ReactNode; isAlert?: boolean; action?: ReactNode }) {
  const Icon = icons[props.tone];
  return (
    <div className={`notice tone-${props.tone}`} role={props.isAlert === true ? 'alert' : undefined}>
      <Icon size={20} aria-hidden />
      <div className="body">
        <div className="title">{props.title}</div>
        {props.children}
      </div>
      {props.action}
    </div>
  );
}
