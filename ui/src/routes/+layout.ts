/** Everything is made in the browser: the gateway serves files. */
export const ssr = false;
export const prerender = false;
