import { expect, it, vi } from "vitest";
import { closeBehind } from "./close-behind.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A body that is fed by hand. */
function feed() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const canceled = vi.fn<(reason: unknown) => void>();
  const body = new ReadableStream<Uint8Array>({ start: (c) => void (controller = c), cancel: canceled });
  return { body, canceled, controller };
}

function answer(body: BodyInit | null, init: { method?: string; signal?: AbortSignal } = {}) {
  const close = vi.fn<() => void>();
  const response = new Response(body, { status: body === null ? 204 : 202, headers: { "x-own": "kept" } });
  return { close, response: closeBehind(new Request("http://here/", init), response, close) };
}

it("keeps status, headers and bytes, and closes behind the last of them", async () => {
  const { body, controller } = feed();
  const { close, response } = answer(body);
  const reader = response.body!.getReader();
  controller.enqueue(bytes("one"));
  expect((await reader.read()).value).toEqual(bytes("one"));
  expect(close).not.toHaveBeenCalled();
  controller.close();
  expect((await reader.read()).done).toBe(true);
  expect(close).toHaveBeenCalledOnce();
  expect([response.status, response.headers.get("x-own")]).toEqual([202, "kept"]);
});

it("takes nothing from the body before it is asked", async () => {
  const { body, canceled, controller } = feed();
  const { close } = answer(body);
  controller.enqueue(bytes("one"));
  await new Promise((resolve) => setImmediate(resolve));
  expect(controller.desiredSize).toBe(0);
  expect([canceled.mock.calls, close.mock.calls]).toEqual([[], []]);
});

it("closes at once where there is no body", () => {
  expect(answer(null).close).toHaveBeenCalledOnce();
});

it("closes when the body fails, and the reader sees why", async () => {
  const { body, controller } = feed();
  const { close, response } = answer(body);
  controller.error(new Error("the store broke off"));
  await expect(response.text()).rejects.toThrow("the store broke off");
  expect(close).toHaveBeenCalledOnce();
});

it("closes behind who stops reading, and tells the body", async () => {
  const { body, canceled } = feed();
  const { close, response } = answer(body);
  await response.body!.cancel("enough");
  expect(canceled).toHaveBeenCalledExactlyOnceWith("enough");
  expect(close).toHaveBeenCalledOnce();
});

it("closes behind who stops while it waits for more", async () => {
  const { body, canceled } = feed();
  const { close, response } = answer(body);
  const reader = response.body!.getReader();
  const waiting = reader.read();
  await reader.cancel("enough");
  expect((await waiting).done).toBe(true);
  expect(canceled).toHaveBeenCalledOnce();
  expect(close).toHaveBeenCalledOnce();
});

it.each([
  ["while the answer goes out", false],
  ["before there is an answer", true],
])("closes behind a client that is cut off %s and reads nothing", async (_, early) => {
  const client = new AbortController();
  if (early) client.abort();
  const { body, canceled } = feed();
  const { close } = answer(body, { signal: client.signal });
  client.abort();
  await vi.waitFor(() => expect(close).toHaveBeenCalledOnce());
  expect(canceled).toHaveBeenCalledOnce();
});

it("closes once, also when a client is cut off behind the end", async () => {
  const client = new AbortController();
  const { close, response } = answer("all", { signal: client.signal });
  expect(await response.text()).toBe("all");
  client.abort();
  await new Promise((resolve) => setImmediate(resolve));
  expect(close).toHaveBeenCalledOnce();
});

it("closes behind an answer to HEAD, whose body nobody will read", async () => {
  const { body, canceled } = feed();
  const { close, response } = answer(body, { method: "HEAD" });
  await vi.waitFor(() => expect(close).toHaveBeenCalledOnce());
  expect(canceled).toHaveBeenCalledOnce();
  expect([response.body, response.headers.get("x-own")]).toEqual([null, "kept"]);
});

it("closes behind a body that cannot be canceled", async () => {
  const failing = new ReadableStream<Uint8Array>({
    cancel: () => Promise.reject(new Error("no")),
  });
  const { close } = answer(failing, { method: "HEAD" });
  await vi.waitFor(() => expect(close).toHaveBeenCalledOnce());
});
