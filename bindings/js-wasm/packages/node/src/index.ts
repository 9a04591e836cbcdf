/** Feature flags and experiments for Node, decided locally. */
export * from '@expt/core';
