import { Button, NumberInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { Revision } from '../../api/client';
import type { FlagConfiguration } from '../../api/documents';
import { placeProblems } from '../../api/problem';
import type { Place } from '../../api/queries';
import { saveConfiguration } from '../../api/save';
import { announce } from '../../shell/announcer';
import { openerOf, usePublishing } from '../../shell/publishing';
import type { Rule } from '../../words/rule';
import { shareFromPercent, shareText } from '../../words/share';

const everything = 1_000_000;

interface Props {
  place: Place;
  flag: string;
  seen: Revision<FlagConfiguration>;
  rule: Rule;
  index: number;
}

function withCoverage(document: FlagConfiguration, index: number, ppm: number): FlagConfiguration {
  return {
    ...document,
    rules: (document.rules ?? []).map((rule, i) => (i === index ? { ...rule, coverage: { ...rule.coverage, ppm } } : rule)),
  };
}

/** The share of units that a rule takes: shown, and changed on request. */
export function CoverageEditor({ place, flag, seen, rule, index }: Props) {
  const queries = useQueryClient();
  const { review } = usePublishing();
  const opener = openerOf('coverage', String(rule.id));
  const [isOpen, setOpen] = useState(false);
  const ppm = rule.coverage?.ppm ?? everything;
  const [percent, setPercent] = useState<number | string>(ppm / 10_000);
  const wanted = shareFromPercent(percent);
  const barId = useId();
  const save = useMutation({
    mutationFn: (next: number) => saveConfiguration(queries, place, flag, (document) => withCoverage(document, index, next), seen),
    onSuccess: (_, next) => {
      setOpen(false);
      announce(`Coverage of rule ${rule.id} is saved as ${shareText(next)}, not live yet`);
      review(place, opener.selector);
    },
  });
  const refused = save.isError ? placeProblems(save.error, { [`/rules/${index}/coverage`]: 'coverage' }) : undefined;
  const shown = isOpen && wanted !== undefined ? wanted : ppm;
  const problem = wanted === undefined ? 'expected a number from 0 to 100' : [refused?.fields['coverage'], ...(refused?.others ?? [])].filter(Boolean).join('; ');
  return (
    <div className="stack tight">
      <div className="row apart">
        <span id={barId}>
          Coverage <strong className="number">{shareText(shown)}</strong>
          {rule.coverage == null && <span className="dim"> (everyone that the condition takes)</span>}
        </span>
        {!isOpen && (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`Change coverage of rule ${rule.id}`}
            data-opener={opener.name}
            onClick={() => {
              setPercent(ppm / 10_000);
              save.reset();
              setOpen(true);
            }}
          >
            Change
          </Button>
        )}
      </div>
      <svg className="share-bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-labelledby={barId}>
        <rect width={shown / 10_000} height="8" />
      </svg>
      {isOpen && (
        <form
          className="row top-aligned"
          onSubmit={(event) => {
            event.preventDefault();
            if (wanted !== undefined) save.mutate(wanted);
          }}
        >
          <NumberInput
            label="Units that this rule takes, in per cent"
            description={wanted !== undefined && wanted < ppm ? 'Less than now: units that it has taken leave it.' : 'More than now keeps every unit that it has taken.'}
            value={percent}
            onChange={setPercent}
            min={0}
            max={100}
            decimalScale={4}
            step={5}
            clampBehavior="none"
            error={problem === '' ? undefined : problem}
            data-autofocus
            autoFocus
            className="grow"
          />
          <div className="row" style={{ flexBasis: '100%' }}>
            <Button type="submit" loading={save.isPending} disabled={wanted === undefined || wanted === ppm}>Save</Button>
            <Button variant="default" onClick={() => setOpen(false)}>Cancel</Button>
          </div>
        </form>
      )}
    </div>
  );
}
