import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    // Built for the browsers of the last three years: no polyfills, which would need inline scripts.
    target: 'es2023',
    modulePreload: { polyfill: false },
    // data: URLs are against the content security policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
