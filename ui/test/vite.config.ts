/** How single components are built for tests that mount them alone in a browser: by the page's own tools, without its framework. */
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  publicDir: false,
  plugins: [tailwindcss(), svelte({ configFile: false })],
  build: { assetsInlineLimit: 0, minify: false, rolldownOptions: { input: "test/components.html" } },
});
