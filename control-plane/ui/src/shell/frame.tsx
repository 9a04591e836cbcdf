// What stands around every page of a signed-in person.
import { ActionIcon } from '@mantine/core';
import { IconFlag, IconFlask, IconMenu2, IconPlayerPlay, IconRocket } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import type { Place } from '../api/queries';
import icon from '../icon.svg';
import { isProduction } from '../words/environment';
import { Account } from './account';
import { announce } from './announcer';
import { ColorSchemeSwitch } from './color_scheme';
import { Places } from './places';

function Pages({ place, onFollow }: { place: Place; onFollow: () => void }) {
  const common = { params: place, onClick: onFollow, activeProps: { 'aria-current': 'page' as const } };
  return (
    <ul>
      <li><Link to="/p/$project/e/$environment/flags" {...common}><IconFlag size={18} aria-hidden />Flags</Link></li>
      <li><Link to="/p/$project/e/$environment/experiments" {...common}><IconFlask size={18} aria-hidden />Experiments</Link></li>
      <li><Link to="/p/$project/e/$environment/playground" {...common}><IconPlayerPlay size={18} aria-hidden />Playground</Link></li>
      <li><Link to="/welcome" search={place} onClick={onFollow}><IconRocket size={18} aria-hidden />First steps</Link></li>
    </ul>
  );
}

export function Frame({ place, notice, children }: { place?: Place | undefined; notice?: ReactNode; children: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="frame">
      <a className="skip" href="#content">Skip to content</a>
      <header className={`top ${place && isProduction(place.environment) ? 'is-production' : ''}`}>
        <div className="top-row">
          {place && (
            <ActionIcon
              className="burger"
              size={36}
              variant="subtle"
              c="var(--text)"
              aria-label="Pages"
              aria-expanded={isOpen}
              aria-controls="pages"
              onClick={() => setOpen(!isOpen)}
            >
              <IconMenu2 size={20} aria-hidden />
            </ActionIcon>
          )}
          <Link to="/" className="brand"><img src={icon} alt="" />expt</Link>
          {place && <Places {...place} />}
          <div className="top-end">
            <ColorSchemeSwitch />
            <Account />
          </div>
        </div>
      </header>
      {notice}
      <div className="middle">
        {place && (
          <nav id="pages" className={`side ${isOpen ? 'is-open' : ''}`} aria-label="Pages">
            <Pages place={place} onFollow={() => setOpen(false)} />
          </nav>
        )}
        <main id="content" className="content" tabIndex={-1}>
          <div className="content-inner">{children}</div>
        </main>
      </div>
    </div>
  );
}

/** The page's name: its heading, the window's title, and what a screen reader says after following a link. */
export function PageTitle({ children, of }: { children: string; of?: string }) {
  useEffect(() => announce(children), [children]);
  return (
    <>
      <title>{`${children}${of === undefined ? '' : ` · ${of}`} · expt`}</title>
      <h1>{children}</h1>
    </>
  );
}
