/** Finds the end of an answer, however it ends: read, failed, cut off, or never read at all. */

/** The same answer; `close` is called once, when nothing more of it can go out. */
export function closeBehind(request: Request, response: Response, close: () => void): Response {
  const { body } = response;
  if (!body) {
    close();
    return response;
  }
  if (request.method === "HEAD") {
    // Nobody will read it, nor say so.
    void body.cancel().then(close, close);
    return new Response(null, response);
  }
  const reader = body.getReader();
  let open = true;
  const end = (): void => {
    if (!open) return;
    open = false;
    request.signal.removeEventListener("abort", cut);
    close();
  };
  // Who gave up may neither read the body nor cancel it.
  const cut = (): void => void reader.cancel(request.signal.reason).then(end, end);
  request.signal.addEventListener("abort", cut);
  if (request.signal.aborted) cut();
  return new Response(follow(reader, end), response);
}

/** Reads nothing ahead. */
function follow(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  end: () => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
        } catch (error) {
          end();
          throw error;
        }
        end();
        controller.close();
      },
      async cancel(reason) {
        try {
          await reader.cancel(reason);
        } finally {
          end();
        }
      },
    },
    { highWaterMark: 0 },
  );
}
