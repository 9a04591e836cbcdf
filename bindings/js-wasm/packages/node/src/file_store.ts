// The data directory: what a process remembers across restarts. Every file is verified again when it is read.
//
//   current.json    floors, Roots, last Head, last known good snapshot; files in base64; with a checksum
//   previous.json   the same, before the last change
//   *.corrupt       a damaged file, kept for a look
//
// Files have mode 0600 and are written as tmp, fsync, rename, fsync of the directory. Processes may share a directory.
import { createHash } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { SavedState, Store } from '@expt/core';

const format = 1;

interface FileText {
  format: number;
  sha256: string;
  state: string;
}

const isBytes = (value: unknown): value is { base64: string } =>
  typeof value === 'object' && value !== null && typeof (value as { base64?: unknown }).base64 === 'string';

function encode(state: SavedState): string {
  const text = JSON.stringify(state, (_, value: unknown) =>
    value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value,
  );
  const file: FileText = { format, sha256: createHash('sha256').update(text).digest('hex'), state: text };
  return JSON.stringify(file);
}

function decode(text: string): SavedState {
  const file = JSON.parse(text) as FileText;
  if (file.format !== format) throw new Error(`expected format ${format}, found ${file.format}`);
  if (createHash('sha256').update(file.state).digest('hex') !== file.sha256) throw new Error('checksum does not match');
  return JSON.parse(file.state, (_, value: unknown) =>
    isBytes(value) ? new Uint8Array(Buffer.from(value.base64, 'base64')) : value,
  ) as SavedState;
}

export class FileStore implements Store {
  readonly #directory: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(directory: string) {
    this.#directory = directory;
  }

  async load(): Promise<SavedState[]> {
    const states: SavedState[] = [];
    for (const name of ['current.json', 'previous.json']) {
      const file = path.join(this.#directory, name);
      let text: string;
      try {
        text = await readFile(file, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
        throw new Error(`cannot read "${name}": ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`);
      }
      try {
        states.push(decode(text));
      } catch {
        await rename(file, `${file}.corrupt`).catch(() => {});
      }
    }
    return states;
  }

  /** One after the other, in the order of the calls. */
  save(state: SavedState): Promise<void> {
    const saved = this.#last.then(() => this.#write(state));
    this.#last = saved.catch(() => {});
    return saved;
  }

  async #write(state: SavedState): Promise<void> {
    const at = (name: string): string => path.join(this.#directory, name);
    const temporary = at(`current.${process.pid}.tmp`);
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      const file = await open(temporary, 'w', 0o600);
      try {
        await file.writeFile(encode(state));
        await file.sync();
      } finally {
        await file.close();
      }
      await rm(at('previous.json'), { force: true });
      await link(at('current.json'), at('previous.json')).catch(() => {}); // there is none at first
      await rename(temporary, at('current.json'));
      const directory = await open(this.#directory, 'r');
      await directory.sync().finally(() => directory.close());
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw new Error((error as NodeJS.ErrnoException).code ?? 'the file cannot be written');
    }
  }
}
