/// <reference types="vite/client" />
declare module '@expt/core/*.wasm?url' {
  const url: string;
  export default url;
}
declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  const SwaggerUIBundle: (options: Record<string, unknown>) => unknown;
  export default SwaggerUIBundle;
}
