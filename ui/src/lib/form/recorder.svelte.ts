/** Records somebody's voice: how long and how loud it is so far, and why not, when the microphone is refused. */
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import { refusalOf } from "./refusals.ts";

/** What a clip of a voice has: less is refused by the box, more is not listened to. */
export const LEAST_S = 5;
export const MOST_S = 30;

/** What browsers record, the better one first. */
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

export class Recorder {
  state = $state<"idle" | "asking" | "recording">("idle");
  fault = $state<string | undefined>();
  seconds = $state(0);
  /** From 0 to 1. */
  level = $state(0);
  #stream: MediaStream | undefined;
  #recorder: MediaRecorder | undefined;
  #frame = 0;

  /** @returns the clip, or undefined when there is none: `fault` says why */
  async record(): Promise<File | undefined> {
    this.fault = undefined;
    this.seconds = 0;
    this.state = "asking";
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (error) {
      this.state = "idle";
      this.fault = refusalOf("microphone", error);
      return undefined;
    }
    const type = TYPES.find((each) => MediaRecorder.isTypeSupported(each));
    const recorder = new MediaRecorder(this.#stream, type === undefined ? {} : { mimeType: type });
    const pieces: Blob[] = [];
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    const over = new Promise<void>((resolve) => (recorder.onstop = () => resolve()));
    this.#recorder = recorder;
    recorder.start();
    this.state = "recording";
    this.#watch(this.#stream);
    await over;
    this.#release();
    if (this.seconds < LEAST_S) return undefined;
    const media_type = recorder.mimeType.split(";")[0] ?? "audio/webm";
    return new File(pieces, `voice.${media_type.split("/")[1]}`, { type: media_type });
  }

  stop(): void {
    if (this.#recorder?.state === "recording") this.#recorder.stop();
  }

  /** Gives the microphone back, without a clip. */
  cancel(): void {
    this.seconds = 0;
    this.stop();
    this.#release();
  }

  #watch(stream: MediaStream): void {
    const sound = new AudioContext();
    const analyser = sound.createAnalyser();
    sound.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const began = systemRuntime.elapsed();
    const look = (): void => {
      if (this.state !== "recording") return void sound.close();
      analyser.getFloatTimeDomainData(samples);
      this.level = Math.min(
        1,
        Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length) * 4,
      );
      this.seconds = (systemRuntime.elapsed() - began) / 1000;
      if (this.seconds >= MOST_S) this.stop();
      this.#frame = requestAnimationFrame(look);
    };
    look();
  }

  #release(): void {
    cancelAnimationFrame(this.#frame);
    this.state = "idle";
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
  }
}
