/** What the middleware leaves for the routes. */
export interface AppEnv {
  Variables: {
    requestId: string;
    /** Who asks: whose runs and files there are for this request. */
    owner: string;
  };
}
