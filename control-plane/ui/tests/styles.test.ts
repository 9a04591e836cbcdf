// Style sheets are imported one by one; a part without its own would look broken, not fail.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('../', import.meta.url);
const text = (path: string) => readFileSync(new URL(path, folder), 'utf8');

test('every part of the kit that is used has its style sheet', () => {
  const used = new Set<string>();
  for (const file of readdirSync(new URL('src/', folder), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.tsx')) continue;
    for (const [, names] of text(`src/${file}`).matchAll(/import \{([^}]*)\} from '@mantine\/core'/g)) {
      for (const name of names!.split(',')) used.add(name.trim());
    }
  }
  expect(used.has('Button')).toBe(true);
  const styles = text('src/styles.ts');
  const missing = [...used].filter((name) => {
    const sheet = `@mantine/core/styles/${name}.css`;
    return existsSync(new URL(`node_modules/${sheet}`, folder)) && !styles.includes(`'${sheet}'`);
  });
  expect(missing).toEqual([]);
});
