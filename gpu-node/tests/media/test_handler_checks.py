"""What handlers refuse from their inputs alone, their checks refuse before any work."""

from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import pytest
from media.clips import RATE, pcm_wav
from media.workshop import Workshop

from gpu_node.contracts import models
from gpu_node.errors import PermanentError
from gpu_node.handlers.align_speech import align_speech
from gpu_node.handlers.animate_portrait import animate_portrait
from gpu_node.handlers.finish_video import finish_video
from gpu_node.handlers.image_to_video import image_to_video
from gpu_node.handlers.prepare_portrait import prepare_portrait
from gpu_node.handlers.synthesize_speech import synthesize_speech
from gpu_node.handlers.upscale_image import upscale_image
from gpu_node.handlers.upscale_video import upscale_video

ENGINES = {
    synthesize_speech: ("hibari", models.SynthesizeSpeechParams()),
    align_speech: ("phones", models.AlignSpeechParams()),
    prepare_portrait: ("face_mesh", models.PreparePortraitParams()),
    animate_portrait: ("mesh_warp", models.AnimatePortraitParams()),
    image_to_video: ("camera_move", models.ImageToVideoParams()),
    upscale_image: ("esrgan", models.UpscaleImageParams()),
    upscale_video: ("passthrough", models.UpscaleVideoParams()),
    finish_video: ("pyav", models.FinishVideoParams()),
}


def judge(
    handler: ModuleType, inputs: dict[str, Any], workshop: Workshop, engine: str | None = None
) -> None:
    usual, params = ENGINES[handler]
    handler.check(params, inputs, workshop.using(engine or usual))


@pytest.mark.parametrize(
    ("handler", "inputs", "code", "pointer"),
    [
        (synthesize_speech, {"text": ""}, "text-empty", "/inputs/text"),
        (synthesize_speech, {"text": "🎉"}, "text-empty", "/inputs/text"),
        (synthesize_speech, {"text": "Guten Tag."}, "language-unsupported", "/inputs/text"),
        (synthesize_speech, {"text": "你好"}, "language-unsupported", "/inputs/text"),
        (synthesize_speech, {"speed": 3}, "invalid-input", "/inputs/speed"),
        (synthesize_speech, {"seed": 0.5}, "invalid-input", "/inputs/seed"),
        (synthesize_speech, {"voice": {"name": "nobody"}}, "unknown-voice", "/inputs/voice/name"),
        (prepare_portrait, {"size": 3}, "invalid-input", "/inputs/size"),
        (prepare_portrait, {"avatar": "nobody"}, "invalid-input", "/inputs/avatar"),
        (prepare_portrait, {"face": 0}, "invalid-input", "/inputs/face"),
        (animate_portrait, {"fps": 24}, "invalid-input", "/inputs/fps"),
        (animate_portrait, {"background": "pink"}, "invalid-input", "/inputs/background"),
        (image_to_video, {"move": "spin"}, "invalid-input", "/inputs/move"),
        (image_to_video, {"duration_s": 99}, "invalid-input", "/inputs/duration_s"),
        (upscale_image, {"factor": 3}, "invalid-input", "/inputs/factor"),
        (finish_video, {"title": "你好"}, "invalid-input", "/inputs/title"),
        (finish_video, {"title": "🎉 Party 🎉"}, "invalid-input", "/inputs/title"),
        (finish_video, {"end_text": "ありがとう"}, "invalid-input", "/inputs/end_text"),
        (finish_video, {"music": "loud"}, "invalid-input", "/inputs/music"),
    ],
)
def test_wishes_are_judged_by_themselves(
    workshop: Workshop, handler: ModuleType, inputs: dict[str, Any], code: str, pointer: str
) -> None:
    with pytest.raises(PermanentError) as caught:
        judge(handler, inputs, workshop)
    assert (caught.value.code, caught.value.extensions["pointer"]) == (code, pointer)


@pytest.mark.parametrize(
    ("handler", "port", "engine"),
    [
        (prepare_portrait, "image", None),
        (animate_portrait, "background_image", None),
        (image_to_video, "image", None),
        (upscale_image, "image", None),
        (align_speech, "audio", None),
        (animate_portrait, "audio", None),
        (finish_video, "video", None),
        (upscale_video, "video", "passthrough"),
        (upscale_video, "video", "esrgan"),
    ],
)
def test_files_that_cannot_be_read_are_refused(
    workshop: Workshop, tmp_path: Path, handler: ModuleType, port: str, engine: str | None
) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"I am a text and nothing else. " * 50)
    with pytest.raises(PermanentError) as caught:
        judge(handler, {port: workshop.given(broken, "image/png")}, workshop, engine)
    assert caught.value.code in ("invalid-image", "invalid-video", "invalid-audio")


def test_an_unfit_clip_is_refused_with_its_number(workshop: Workshop, tmp_path: Path) -> None:
    clip = workshop.given(pcm_wav(tmp_path / "clip.wav", np.zeros(2 * RATE), RATE), "audio/wav")
    with pytest.raises(PermanentError) as caught:
        judge(
            synthesize_speech,
            {"voice": {"clip": clip, "consent": True}},
            workshop,
            "kokoro_match",
        )
    assert caught.value.code == "unfit-voice-clip"
    assert caught.value.extensions["reason"] == "length"


def test_captions_to_be_burned_need_letters(workshop: Workshop, tmp_path: Path) -> None:
    path = tmp_path / "captions.vtt"
    path.write_text("WEBVTT\n\n00:00.000 --> 00:01.000\n你好\n", encoding="utf-8")
    captions = workshop.given(path, "text/vtt")
    judge(finish_video, {"captions": captions}, workshop)
    with pytest.raises(PermanentError) as caught:
        judge(finish_video, {"captions": captions, "burn_captions": True}, workshop)
    assert caught.value.extensions["pointer"] == "/inputs/captions"


def test_what_is_not_known_yet_is_not_refused(workshop: Workshop, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    cv2.imwrite(str(picture), np.full((300, 300, 3), 90, np.uint8))
    given = workshop.given(picture, "image/png")
    for handler in ENGINES:
        judge(handler, {}, workshop)
    judge(synthesize_speech, {"text": "Hello.", "voice": {"name": "heart"}}, workshop)
    judge(prepare_portrait, {"image": given, "size": 256, "aspect": "16:9"}, workshop)
    judge(animate_portrait, {"background": "picture"}, workshop)
    judge(animate_portrait, {"background_image": given}, workshop)
    judge(finish_video, {"title": "Ships", "end_text": "Привет", "music": "calm"}, workshop)
    judge(image_to_video, {"image": given, "move": "pull_out"}, workshop)
    judge(upscale_image, {"image": given, "factor": 4}, workshop)
