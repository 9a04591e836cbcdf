import { IconAlertTriangle, IconCheck, IconMinus } from '@tabler/icons-react';
import type { Results } from '../api/documents';
import { Mark } from '../parts/mark';
import { pText } from '../words/number';

/** Whether the variants have the shares of units that were planned. */
export function HealthMark({ results }: { results: Results }) {
  const { srm, exposures } = results;
  if (exposures.units === 0) return <Mark icon={<IconMinus size={14} aria-hidden />}>No data</Mark>;
  if (srm.alarm) return <Mark tone="bad" icon={<IconAlertTriangle size={14} aria-hidden />}>Sample ratio mismatch</Mark>;
  if (srm.multi_exposed_alarm) return <Mark tone="bad" icon={<IconAlertTriangle size={14} aria-hidden />}>Units in several variants</Mark>;
  if (srm.status !== 'ok') return <Mark icon={<IconMinus size={14} aria-hidden />}>Too little data</Mark>;
  return <Mark tone="good" icon={<IconCheck size={14} aria-hidden />}>Healthy (p = {pText(srm.p)})</Mark>;
}
