// One flag's decision, and why.
import { IconCheck, IconChevronRight, IconHelp, IconPoint, IconX } from '@tabler/icons-react';
import { Copy } from '../../parts/copy';
import { Mark } from '../../parts/mark';
import type { Explanation } from '../../playground/engine';
import { explanationSteps, reasonWords, type FlagExplanation, type Outcome, type Step } from '../../playground/explanation';

const icons = { yes: IconCheck, no: IconX, unknown: IconHelp, plain: IconPoint };
const spoken: Record<Outcome, string> = { yes: 'yes: ', no: 'no: ', unknown: 'unknown: ', plain: '' };

function Steps({ steps }: { steps: Step[] }) {
  return (
    <ul className="tree">
      {steps.map(({ outcome, text, inner }, i) => {
        const Icon = icons[outcome];
        return (
          <li key={i}>
            <div className={`step ${outcome}`}>
              <Icon size={17} aria-hidden />
              <div className="break">
                <span className="hidden-text">{spoken[outcome]}</span>
                {text}
                {inner.length > 0 && <Steps steps={inner} />}
              </div>
            </div>
          </li>
        );
      })}
    </ul>
  );
}

export function DecisionView({ explanation, isOpen }: { explanation: Explanation; isOpen: boolean }) {
  const json = explanation.json as unknown as FlagExplanation;
  const { decision } = json;
  const isNothing = decision.variant === null;
  const text = JSON.stringify(explanation.json, null, 2);
  return (
    <details className="decision" open={isOpen} data-flag={json.flag}>
      <summary>
        <IconChevronRight className="caret" size={17} aria-hidden />
        <strong className="break">{json.flag}</strong>
        <code className="break" data-value>{isNothing ? 'the caller’s default' : JSON.stringify(decision.value)}</code>
        {decision.variant !== null && <Mark tone="info">variant {decision.variant}</Mark>}
        <Mark tone={decision.error_code === null ? 'calm' : 'bad'}>{decision.error_code ?? decision.reason}</Mark>
        <span className="small dim">{reasonWords(decision.reason)}{decision.rule === null ? '' : `: ${decision.rule}`}</span>
      </summary>
      <div className="inside">
        <Steps steps={explanationSteps(json)} />
        <details>
          <summary className="small">JSON</summary>
          <div className="stack tight">
            <div className="row"><Copy text={text} what={`explanation of ${json.flag}`} /></div>
            <div className="snippet"><pre tabIndex={0} aria-label={`Explanation of ${json.flag} as JSON`}>{text}</pre></div>
          </div>
        </details>
      </div>
    </details>
  );
}
