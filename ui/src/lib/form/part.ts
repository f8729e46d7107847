/** A part of a picture as a file of its own, and the keys that choose it. */

interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** In pixels of the screen. */
const STEP = 6;
const STEPS: Readonly<Record<string, { x: number; y: number }>> = {
  ArrowLeft: { x: -STEP, y: 0 },
  ArrowRight: { x: STEP, y: 0 },
  ArrowUp: { x: 0, y: -STEP },
  ArrowDown: { x: 0, y: STEP },
};

/**
 * How the picture moves below the frame; not beyond its edges.
 * @param part what the frame shows, in hundredths of the picture
 */
export function stepOf(key: string, part: Area): { x: number; y: number } | undefined {
  const step = STEPS[key];
  if (step === undefined) return undefined;
  const isFree = (by: number, from: number, size: number): boolean =>
    by > 0 ? from > 0.01 : from + size < 99.99;
  return {
    x: step.x !== 0 && isFree(step.x, part.x, part.width) ? step.x : 0,
    y: step.y !== 0 && isFree(step.y, part.y, part.height) ? step.y : 0,
  };
}

/** @param area in pixels of the picture as it is shown. @throws Error when the browser cannot */
export async function partOf(file: File, { x, y, width, height }: Area): Promise<File> {
  const picture = await createImageBitmap(file, x, y, width, height);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.width, picture.height];
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  picture.close();
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, file.type, 0.95));
  if (blob === null) throw new Error("there is no picture");
  // A browser that cannot write the type writes PNG.
  return new File([blob], nameAs(file.name, blob.type), { type: blob.type });
}

/** `me.webp` written as PNG is `me.png`. */
export function nameAs(name: string, type: string): string {
  const end = type.replace("image/", "").replace("jpeg", "jpg");
  const stem = name.replace(/\.[^.]*$/, "") || "picture";
  return `${stem}.${end}`;
}
