/** Whether real users live there: such an environment has its own colour, and a publish there is confirmed. */
export function isProduction(environment: string): boolean {
  return /^(prod|production|live)([._-]|$)/i.test(environment) || /[._-](prod|production|live)$/i.test(environment);
}
