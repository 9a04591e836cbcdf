/**
 * The text that the engine writes for a finite double: the fewest digits, 15 to 17 of them at most, that read back as
 * `value`, in the form of C's %g, with ".0" where it would look like an integer.
 */
export function doubleText(value: number): string {
  const isSubnormal = Math.abs(value) < 2.2250738585072014e-308;
  let digits = isSubnormal ? 1 : 15;
  let text = value.toExponential(digits - 1);
  while (Number(text) !== value && digits < 17) text = value.toExponential(digits++);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa = '', exponent = ''] = text.replace('-', (_, at) => (at === 0 ? '' : '-')).split('e');
  const power = Number(exponent);
  const figures = mantissa.replace('.', '').replace(/0+$/, '') || '0';
  if (power < -4 || power >= Math.max(digits, 15)) {
    const rest = figures.slice(1);
    const size = String(Math.abs(power)).padStart(2, '0');
    return `${sign}${figures[0]}${rest && '.'}${rest}e${power < 0 ? '-' : '+'}${size}`;
  }
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${figures}`;
  const whole = figures.slice(0, power + 1).padEnd(power + 1, '0');
  return `${sign}${whole}.${figures.slice(power + 1) || '0'}`;
}
