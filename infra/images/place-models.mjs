// Places the model files for an image, as set-up does on a machine; packages of both languages are installed already.
import { placeFonts } from "../../scripts/setup/fonts.mjs";
import { placeKokoro } from "../../scripts/setup/kokoro.mjs";
import { placeModels } from "../../scripts/setup/models.mjs";

placeModels();
await placeFonts();
await placeKokoro();
