// What browser_test.mjs calls in a page; bundled.
import { Context, Engine, init, LoadError, openHead, Root, Snapshot, StickyAssignments, engine, webHost } from '@expt/core';
import { createClient, loadSnapshot } from '@expt/web';
import { brokenFlags, parseVectors, runEvaluationFile, runWireCases } from './vectors.mjs';

const bytes = async (address) => new Uint8Array(await (await fetch(address)).arrayBuffer());
const same = (a, b) => stable(a) === stable(b);
const stable = (value) =>
  JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : Object.is(inner, -0) ? '-0' : inner,
  );

const faults = [];
const check = (id, got, expected) => {
  if (!same(got, expected)) faults.push(`${id}: expected ${stable(expected)}, got ${stable(got)}`);
};

window.runVectors = async (names) => {
  const root = await Root.parse(await engine(), await bytes('/snapshots/root.exs1'));
  let cases = 0;
  let refused = 0;
  for (const name of names) {
    const file = parseVectors(await (await fetch(`/vectors/evaluation/${name}`)).text());
    const signed = await bytes(`/snapshots/evaluation/${name.replace(/\.json$/, '.exs1')}`);
    if ('refused' in file) {
      const error = await Snapshot.parse(signed, { root }).then(() => undefined, (thrown) => thrown);
      check(name, [error?.code, error?.step], ['BAD_CONTENT', 11]);
      refused++;
      continue;
    }
    const snapshot = await Snapshot.parse(signed, { root });
    check(name, brokenFlags(snapshot.warnings), brokenFlags(file.warnings ?? []));
    cases += runEvaluationFile(file, snapshot, { Context, StickyAssignments }, check);
  }
  return { cases, refused, faults };
};

window.runWire = async (withNoble) => {
  const index = await (await fetch('/vectors/wire/index.json')).json();
  const own = withNoble ? new Engine((await engine()).module, { ...webHost, verify: verifyWithoutCurve }) : await engine();
  const cases = await runWireCases(
    index, (name) => bytes(`/vectors/wire/${name}`), own, { Root, Snapshot, openHead, LoadError }, check,
  );
  return { cases, faults };
};

// A browser whose WebCrypto does not know Ed25519.
async function verifyWithoutCurve(...question) {
  const { subtle } = crypto;
  const { importKey } = SubtleCrypto.prototype;
  SubtleCrypto.prototype.importKey = () => Promise.reject(new DOMException('no such curve', 'NotSupportedError'));
  try {
    void subtle;
    return await webHost.verify(...question);
  } finally {
    SubtleCrypto.prototype.importKey = importKey;
  }
}

window.expt = { createClient, init, loadSnapshot, bytes };
