/** What a film can be wished to be, on the command lines of the demos. */

/** @type {Record<string, import("../commands.mjs").Option>} */
export const FILM = {
  topic: { value: "TEXT", help: "what the avatar shall talk about" },
  text: { value: "TEXT", help: "what it shall say, word by word" },
  scenes: {
    help: "several faces, one film (the graph talking-scenes): the text's lines are the scenes",
  },
  portrait: {
    value: "FILE",
    help: "a photo of one face (JPEG, PNG or WebP); without it a drawn face speaks",
  },
  avatar: { value: "NAME", help: "the drawn face: robin, amara or elias" },
  voice: {
    value: "NAME|FILE",
    help: "one of the voices that `npm run voices` lets you hear; or 5 to 30 s of one speaker (WAV, MP3, FLAC, M4A, Ogg or WebM), whom it shall resemble: an approximate match, no cloning",
  },
  consent: { help: "the speaker of that file agrees; needed with a file" },
  aspect: { value: "SHAPE", help: "1:1, 9:16 or 16:9" },
  size: { value: "PIXELS", help: "the shorter side of the film, even, 256 to 1080" },
  fps: { value: "RATE", help: "25 or 30" },
  background: { value: "WHAT", help: "own, blurred, a color as #rrggbb, or a picture file" },
  title: { value: "TEXT", help: "a card at the start" },
  end: { value: "TEXT", help: "a card at the end" },
  captions: { help: "captions in the picture" },
  music: { value: "MOOD", help: "calm, warm or bright" },
  webm: { help: "a WebM beside the MP4" },
  out: {
    value: "FILE",
    help: "where the MP4 is written; .data/demo/videos/<run>.mp4 by default. Captions, poster and preview lie beside it",
  },
  exit: { help: "stop everything when the film is done, also on a terminal" },
};
