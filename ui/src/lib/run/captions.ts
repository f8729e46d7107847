/** What a film's captions say: beneath it, where they cover nothing, and in the picture while that is all one sees. */

/** The parts of a video element that this is about. */
type Film = EventTarget & {
  readonly textTracks: TextTrackList;
  readonly ownerDocument: Pick<Document, "fullscreenElement" | "addEventListener">;
};

/**
 * Hears the captions of a film out without drawing them over it. The browser lifts what it draws itself above its own
 * controls, and so over a mouth.
 * @param say what is to be read beneath the film now; empty while nothing is, or while it is in the picture
 * @returns ends it
 */
export function sayCaptions(film: Film, say: (words: string) => void): () => void {
  const track = film.textTracks[0];
  if (track === undefined) return () => undefined;
  const hears = new AbortController();
  const { signal } = hears;
  const tell = (): void => say(track.mode === "hidden" ? wordsOf(track.activeCues) : "");
  // Whoever has turned captions off has done so everywhere.
  const turn = (from: TextTrackMode, to: TextTrackMode) => (): void => {
    if (track.mode === from) track.mode = to;
    tell();
  };
  const isAlone = (): boolean => (film.ownerDocument.fullscreenElement as unknown) === film;
  const draw = turn("hidden", "showing");
  const hide = turn("showing", "hidden");
  film.ownerDocument.addEventListener("fullscreenchange", () => (isAlone() ? draw() : hide()), { signal });
  // iPhones show a film alone in a way of their own.
  film.addEventListener("webkitbeginfullscreen", draw, { signal });
  film.addEventListener("webkitendfullscreen", hide, { signal });
  track.addEventListener("cuechange", tell, { signal });
  film.textTracks.addEventListener("change", tell, { signal });
  track.mode = "hidden";
  return () => {
    hears.abort();
    say("");
  };
}

function wordsOf(cues: TextTrackCueList | null): string {
  return [...(cues ?? [])].map((cue) => (cue as VTTCue).getCueAsHTML().textContent).join("\n");
}
