// The reference of the API, from the document that this server serves. Nobody need sign in for it.
import 'swagger-ui-dist/swagger-ui.css';
import './api_reference.css';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import SwaggerUIBundle from 'swagger-ui-dist/swagger-ui-es-bundle.js';

/** Names and tab stops that the library leaves out. */
function complete(place: HTMLElement): void {
  for (const select of place.querySelectorAll('select:not([aria-label])')) {
    const name = select.closest('tr')?.getAttribute('data-param-name');
    select.setAttribute('aria-label', name ?? (select.id === 'servers' ? 'Server' : 'Choice'));
  }
  for (const example of place.querySelectorAll('pre.example:not([tabindex])')) example.setAttribute('tabindex', '0');
}

export function ApiReferencePage() {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (place.current === null) return;
    SwaggerUIBundle({
      domNode: place.current,
      url: '/openapi.json',
      // Two hundred operations at once keep a browser busy for half a minute.
      docExpansion: 'none',
      defaultModelsExpandDepth: 0,
      displayRequestDuration: true,
      filter: true,
      // Requests of this page carry what is typed into it, never the session of the browser.
      requestInterceptor: (request: { credentials?: string }) => ({ ...request, credentials: 'omit' }),
    });
    const root = place.current;
    const observer = new MutationObserver(() => complete(root));
    observer.observe(root, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, []);
  return (
    <main className="api-reference">
      <title>API reference · expt</title>
      <header>
        <h1>API reference</h1>
        <Link to="/">To the flags</Link>
      </header>
      <div ref={place} />
    </main>
  );
}
