import { Notice } from '../../parts/notice';

/** The server's sentences that belong to no field of the form. */
export function Refusals({ texts }: { texts: string[] }) {
  if (texts.length === 0) return null;
  return (
    <Notice tone="bad" isAlert title="The server refused this">
      <ul>{texts.map((text) => <li key={text}>{text}</li>)}</ul>
    </Notice>
  );
}
