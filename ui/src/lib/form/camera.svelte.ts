/** The camera of this machine: what it sees, a photo of that, and why not, when it is refused. */
import { refusalOf } from "./refusals.ts";

/** More is asked for than a film needs, since a part may be cut out. */
const WISHES = { facingMode: "user", width: { ideal: 1920 }, height: { ideal: 1080 } };

export class Camera {
  stream = $state.raw<MediaStream | undefined>();
  fault = $state<string | undefined>();
  #closed = false;

  /** It is on until `close`. */
  async open(): Promise<void> {
    this.fault = undefined;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: WISHES });
      if (this.#closed) stop(stream);
      else this.stream = stream;
    } catch (error) {
      this.fault = refusalOf("camera", error);
    }
  }

  close(): void {
    this.#closed = true;
    if (this.stream !== undefined) stop(this.stream);
    this.stream = undefined;
  }
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** What a player shows now. @throws Error when the browser cannot */
export async function photoOf(video: HTMLVideoElement): Promise<File> {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.95));
  if (blob === null) throw new Error("there is no picture");
  return new File([blob], "photo.jpg", { type: blob.type });
}
