import { expect, it } from "vitest";
import { sayCaptions } from "./captions.ts";

/** A film with one track, as far as captions need it. */
function filmWith(...words: string[]) {
  const cues = words.map((text) => ({ getCueAsHTML: () => ({ textContent: text }) }));
  const track = Object.assign(new EventTarget(), {
    mode: "disabled",
    activeCues: [] as unknown[],
  });
  const page: EventTarget & { fullscreenElement?: unknown } = new EventTarget();
  const textTracks = Object.assign(new EventTarget(), { 0: track, length: 1 });
  const film = Object.assign(new EventTarget(), { textTracks, ownerDocument: page });
  const said: string[] = [];
  const end = sayCaptions(film as never, (now) => said.push(now));
  return {
    ...{ film, track, page, said, end },
    show(...numbers: number[]): void {
      track.activeCues = numbers.map((n) => cues[n]);
      track.dispatchEvent(new Event("cuechange"));
    },
    turn(mode: TextTrackMode): void {
      track.mode = mode;
      textTracks.dispatchEvent(new Event("change"));
    },
    alone(isAlone: boolean): void {
      page.fullscreenElement = isAlone ? film : null;
      page.dispatchEvent(new Event("fullscreenchange"));
    },
  };
}

it("says captions beneath the film, and has the browser draw none over it", () => {
  const { track, said, show } = filmWith("Hello.", "I live\non a box.");
  expect(track.mode).toBe("hidden");
  show(0);
  show();
  show(1);
  expect(said).toEqual(["Hello.", "", "I live\non a box."]);
});

it("has them drawn in the picture while that is all one sees", () => {
  const { film, track, said, show, alone } = filmWith("Hello.", "Bye.");
  show(0);
  alone(true);
  expect([track.mode, said.at(-1)]).toEqual(["showing", ""]);
  show(1);
  alone(false);
  expect([track.mode, said.at(-1)]).toEqual(["hidden", "Bye."]);
  film.dispatchEvent(new Event("webkitbeginfullscreen"));
  expect([track.mode, said.at(-1)]).toEqual(["showing", ""]);
  film.dispatchEvent(new Event("webkitendfullscreen"));
  expect([track.mode, said.at(-1)]).toEqual(["hidden", "Bye."]);
});

it("leaves them to whoever has turned them off, or into the picture", () => {
  const { track, said, show, turn, alone } = filmWith("Hello.");
  show(0);
  turn("showing");
  expect(said.at(-1)).toBe("");
  turn("disabled");
  alone(true);
  alone(false);
  expect([track.mode, said.at(-1)]).toEqual(["disabled", ""]);
});

it("ends with the film, and does nothing for one without captions", () => {
  const { said, show, end, alone } = filmWith("Hello.");
  show(0);
  end();
  show(0);
  alone(true);
  expect(said).toEqual(["Hello.", ""]);
  const silent = Object.assign(new EventTarget(), { textTracks: { length: 0 } });
  expect(() => sayCaptions(silent as never, () => undefined)()).not.toThrow();
});
