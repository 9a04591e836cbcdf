/// <reference types="vite/client" />
declare module '@expt/core/expt.wasm?url' {
  const url: string;
  export default url;
}
