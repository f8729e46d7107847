/** What the page for people is to whoever answers requests: files by their addresses. */

/** @param path undefined is the page itself, whatever the address; the answer is undefined for what is no file of it */
export type FindPage = (request: Request, path: string | undefined) => Response | undefined;
