/** Version of this library; the same text as include/expt/version.h. */
export const version = '0.1.0';
