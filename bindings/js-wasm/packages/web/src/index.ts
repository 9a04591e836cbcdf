/** Feature flags and experiments for browsers, decided locally. */
export * from '@expt/core';
