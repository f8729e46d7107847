/** How the page is built: static files with one shell for every address, and scripts only from where it is served. */
import adapter from "@sveltejs/adapter-static";
import { sveltekit } from "@sveltejs/kit/vite";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";

/** Where a gateway serves while the page is worked on with `vite dev`. */
const GATEWAY = "http://127.0.0.1:8787";

export default defineConfig({
  plugins: [
    tailwindcss(),
    sveltekit({
      adapter: adapter({ fallback: "200.html", precompress: true }),
      // One of the two policies that hold here; the other is a header, since a page cannot say who may frame it.
      csp: {
        mode: "hash",
        directives: {
          "default-src": ["self"],
          "script-src": ["self"],
          "style-src": ["self"],
          // The one that Kit writes itself: where it says aloud which page was gone to.
          "style-src-attr": ["unsafe-hashes", "sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo="],
          "img-src": ["self", "data:", "blob:"],
          "media-src": ["self", "blob:"],
          "font-src": ["self"],
          "connect-src": ["self"],
          "object-src": ["none"],
          "base-uri": ["none"],
          "form-action": ["self"],
        },
      },
    }),
  ],
  build: { assetsInlineLimit: 0, license: { fileName: "packages.json" } },
  // With the short form Vite changes the origin, and the gateway takes every POST for one of another page.
  server: { proxy: { "/v1": { target: GATEWAY, changeOrigin: false } } },
});
