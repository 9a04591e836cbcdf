/// <reference types="vite/client" />
declare module '@expt/core/*.wasm?url' {
  const url: string;
  export default url;
}
