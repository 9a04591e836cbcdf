import { Button } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { announce } from '../shell/announcer';

/** Puts `text` on the clipboard. `what` names it for screen readers: "key", "C++ snippet". */
export function Copy({ text, what }: { text: string; what: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      announce(`${what} copied`);
    } catch {
      announce(`${what} could not be copied; select it and copy it by hand`);
    }
  };
  return (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={isCopied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}
      onClick={() => void copy()}
      aria-label={`Copy ${what}`}
    >
      {isCopied ? 'Copied' : 'Copy'}
    </Button>
  );
}
