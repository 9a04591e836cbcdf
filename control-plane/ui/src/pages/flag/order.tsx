// The order of evaluation, each step in plain words.
import { Link } from '@tanstack/react-router';
import { Fragment, type ReactNode } from 'react';
import type { Revision } from '../../api/client';
import type { Flag, FlagConfiguration } from '../../api/documents';
import type { Place } from '../../api/queries';
import { Mark } from '../../parts/mark';
import { countText } from '../../words/number';
import { prerequisiteSentence, ruleSentence, unitWords, type Rule } from '../../words/rule';
import { CoverageEditor } from './coverage_editor';
import { DefaultEditor } from './default_editor';

interface Props {
  place: Place;
  flag: Flag;
  seen: Revision<FlagConfiguration>;
}

const shownUnits = 8;

function Step({ dot, tone, title, children }: { dot: ReactNode; tone?: string; title: ReactNode; children: ReactNode }) {
  return (
    <li>
      <span className={`dot ${tone ?? ''}`} aria-hidden>{dot}</span>
      <div className="stack tight">
        <h3>{title}</h3>
        {children}
      </div>
    </li>
  );
}

function RuleStep({ rule, index, ...shared }: Props & { rule: Rule; index: number }) {
  const { place, flag, seen } = shared;
  return (
    <Step dot={index + 1} tone="rule" title={<>Rule <span className="break">{rule.id}</span></>}>
      {rule.description !== undefined && rule.description !== '' && <p className="dim">{rule.description}</p>}
      <p data-rule={rule.id} className="break">{ruleSentence(rule)}</p>
      {'experiment' in rule.serve && (
        <p className="small">
          <Link to="/p/$project/e/$environment/experiments/$experiment/results" params={{ ...place, experiment: rule.serve.experiment }}>
            Results of experiment {rule.serve.experiment}
          </Link>
        </p>
      )}
      {rule.coverage?.ramp == null && <CoverageEditor place={place} flag={flag.key} seen={seen} rule={rule} index={index} />}
    </Step>
  );
}

export function EvaluationOrder({ place, flag, seen }: Props) {
  const { enabled, off_variant: off, overrides = [], prerequisites = [], rules = [], fail_closed: isFailClosed } = seen.document;
  return (
    <ol className="order">
      <Step dot={enabled === true ? '✓' : '✕'} tone={enabled === true ? 'on' : 'off'} title={enabled === true ? 'Switched on' : 'Switched off'}>
        <p>
          {enabled === true ? 'Off would serve ' : 'Everyone gets '}
          <strong>{off == null ? 'the caller’s default' : `variant ${off}`}</strong>
          {enabled === true ? ' to everyone.' : '; the steps below do not apply.'}
        </p>
        {isFailClosed === true && <p className="dim">A program that has not heard from the server for very long serves the off variant, where it is told to.</p>}
      </Step>
      <Step dot="!" title="Overrides">
        {overrides.length === 0 ? <p className="dim">No unit is forced to a variant.</p> : overrides.map((override, i) => (
          <p key={i} className="break">
            {override.unit_ids.slice(0, shownUnits).map((unit) => <Fragment key={unit}><code>{unit}</code> </Fragment>)}
            {override.unit_ids.length > shownUnits && `and ${countText(override.unit_ids.length - shownUnits)} more `}
            always {override.unit_ids.length === 1 ? 'gets' : 'get'} <strong>variant {override.variant}</strong>
            {override.bucket_by !== undefined && override.bucket_by !== 'targeting_key' && <span className="dim"> (by {unitWords(override.bucket_by)})</span>}
          </p>
        ))}
      </Step>
      {prerequisites.length > 0 && (
        <Step dot="⇠" title="Prerequisites">
          {prerequisites.map((prerequisite, i) => <p key={i} className="break">{prerequisiteSentence(prerequisite)}</p>)}
        </Step>
      )}
      {rules.map((rule, index) => (
        <RuleStep key={rule.id ?? index} rule={rule} index={index} place={place} flag={flag} seen={seen} />
      ))}
      <Step dot="…" title={<>Otherwise {rules.length === 0 && <Mark>no rules</Mark>}</>}>
        <DefaultEditor place={place} flag={flag} seen={seen} />
      </Step>
    </ol>
  );
}
