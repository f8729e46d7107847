/** Places the fonts of captions and cards out of the npm packages that carry them. */
import { join } from "node:path";
import { placePackedFiles } from "./packed-files.mjs";
import { MODELS } from "./paths.mjs";

const FOLDER = join(MODELS, "fonts");

/** Packed, not installed: two and one of some forty files each are wanted. */
export const FONTS = [
  {
    name: "@expo-google-fonts/inter@0.4.2",
    integrity:
      "sha512-syfiImMaDmq7cFi0of+waE2M4uSCyd16zgyWxdPOY7fN2VBmSLKEzkfbZgeOjJq61kSqPBNNtXjggiQiSD6gMQ==",
    wanted: /^package\/.*\/Inter_(600SemiBold|700Bold)\.ttf$/,
    count: 2,
    folder: FOLDER,
  },
  {
    name: "dejavu-fonts-ttf@2.37.3",
    integrity:
      "sha512-f1hd7jJbeQa1VWcw+K2KrTXS50zTMaHpVC4XIKJpNcDeYR5ajMtj/iLlQDYNvLOKamUB3ARVVCf79lNwNVztSQ==",
    wanted: /^package\/ttf\/DejaVuSans-Bold\.ttf$/,
    count: 1,
    folder: FOLDER,
  },
];

export async function placeFonts() {
  for (const font of FONTS) await placePackedFiles(font);
}
