// The SDK key string: expt1.<srv|cli>.<environment>.<key id>.<root version>.<root digest, base64url>.<secret>
import type { Audience } from './snapshot.js';
import { fromBase64 } from './text.js';

export interface SdkKey {
  audience: Audience;
  environment: string;
  keyId: string;
  rootVersion: number;
  /** SHA-256 of the whole Root file. */
  rootDigest: Uint8Array;
  /** Never logged. */
  secret: string;
}

const idPattern = /^[A-Za-z0-9_-]{1,128}$/;

/** Throws a TypeError that names the part that is wrong and never quotes the secret. */
export function parseSdkKey(text: unknown): SdkKey {
  const parts = typeof text === 'string' ? text.trim().split('.') : [];
  if (parts.length !== 7 || parts[0] !== 'expt1') {
    throw new TypeError('key: expected "expt1." and six more parts; copy the whole key as the control plane shows it');
  }
  const [, audience, environment, keyId, version, digest, secret] = parts as [
    string, string, string, string, string, string, string,
  ];
  if (audience !== 'srv' && audience !== 'cli') throw new TypeError('key: audience: expected "srv" or "cli"');
  if (!idPattern.test(environment)) throw new TypeError('key: environment: expected an id');
  if (!idPattern.test(keyId)) throw new TypeError('key: key id: expected an id');
  const rootVersion = /^[1-9][0-9]{0,15}$/.test(version) ? Number(version) : NaN;
  if (!Number.isSafeInteger(rootVersion)) throw new TypeError('key: root version: expected a number from 1');
  const rootDigest = fromBase64(digest);
  if (rootDigest?.length !== 32) throw new TypeError('key: root digest: expected 32 bytes as base64url');
  if (secret === '') throw new TypeError('key: secret: expected some text, got none');
  return { audience: audience === 'srv' ? 'server' : 'client', environment, keyId, rootVersion, rootDigest, secret };
}

export function authorizationHeader(key: SdkKey): string {
  return `Bearer ${key.keyId}.${key.secret}`;
}
