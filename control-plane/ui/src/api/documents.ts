// The documents of the API under short names.
import type { components } from '../generated/openapi';

type Schemas = components['schemas'];

export type Accounting = Schemas['Accounting'];
export type Change = Changes['changes'][number];
export type Changes = Schemas['Changes'];
export type Comparison = Schemas['Comparison'];
export type Environment = Schemas['Environment'];
export type Estimate = Schemas['Estimate'];
export type Experiment = Schemas['Experiment'];
export type Flag = Schemas['Flag'];
export type FlagConfiguration = Schemas['FlagConfiguration'];
export type Metric = Schemas['Metric'];
export type Problem = Schemas['Problem'];
export type Project = Schemas['Project'];
export type Results = Schemas['Results'];
export type Serve = Schemas['Serve'];
export type Session = Schemas['Session'];
export type ResultMetric = Results['metrics'][number];
