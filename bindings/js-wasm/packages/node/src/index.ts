/** Feature flags and experiments for Node, decided locally. */
export * from '@expt/core';
export { Client, clientFromFile, createClient, FileClient, type ClientOptions } from './client.js';
export { FileStore } from './file_store.js';
