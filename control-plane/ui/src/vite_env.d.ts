/// <reference types="vite/client" />
declare module '@expt/core/expt_explain.wasm?url' {
  const url: string;
  export default url;
}
