"""Files that ask their reader to open something else, each as bytes under a name."""

from pathlib import Path

from hostile.boxes import with_external_data, with_linked_segments

_HLS = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:9\n"
_END = "\n#EXT-X-ENDLIST\n"


def texts(target: Path, port: int) -> dict[str, bytes]:
    """Lists, scripts and drawings. `target` is a file, `port` one of this machine."""
    url = f"http://127.0.0.1:{port}/a.ts"
    rows = {
        **{f"hls-{i}": _playlist(place) for i, place in enumerate(_places(target, url))},
        "hls-key": f'{_HLS}#EXT-X-KEY:METHOD=AES-128,URI="{url}"\n#EXTINF:9,\n{target}{_END}',
        "hls-map": f'{_HLS}#EXT-X-MAP:URI="{target}"\n#EXTINF:9,\n{target}{_END}',
        "hls-master": f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{url}\n",
        "concat": f"ffconcat version 1.0\nfile '{target}'\n",
        "concat-net": f"ffconcat version 1.0\nfile '{url}'\n",
        "concat-protocol": f"concat:{target}|{target}",
        "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=a\nc=IN IP4 127.0.0.1\nt=0 0\n"
        f"m=video {port} RTP/AVP 96\na=rtpmap:96 H264/90000\n",
        "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static">'
        f"<Period><AdaptationSet><Representation><BaseURL>{url}</BaseURL></Representation></AdaptationSet>"
        "</Period></MPD>",
        "smooth": '<SmoothStreamingMedia MajorVersion="2">'
        f'<StreamIndex Url="{url}"/></SmoothStreamingMedia>',
        "imf": f'<?xml version="1.0"?><CompositionPlaylist><Id>{url}</Id></CompositionPlaylist>',
        "pls": f"[playlist]\nFile1={target}\nFile2={url}\n",
        "asx": f'<asx version="3.0"><entry><ref href="{url}"/></entry></asx>',
        "asf-reference": f"[Reference]\nRef1={url}\n",
        "xspf": f'<playlist xmlns="http://xspf.org/ns/0/"><trackList><track><location>file://{target}'
        "</location></track></trackList></playlist>",
        "ram": f"rtsp://127.0.0.1:{port}/a.rm\n",
        "cue": f'FILE "{target}" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n',
        "rtsptext": f"RTSPtext\nrtsp://127.0.0.1:{port}/a\n",
        "filter-graph": f"movie={target}[out0]",
        "avisynth": f'AviSource("{target}")\n',
        "vapoursynth": f"open({str(target)!r}).read()\n",
        "metadata": f";FFMETADATA1\ntitle={target}\n",
        "image-series": f"{target.parent}/%03d.png",
        "srt": f"1\n00:00:00,000 --> 00:00:09,000\n<font face='{target}'>a</font>\n",
        "ass": f"[Script Info]\n[Fonts]\nfontname: {target}\n[Events]\n"
        "Dialogue: 0,0:00:00.00,0:00:09.00,,,,,,,a\n",
        "webvtt": f"WEBVTT\n\nSTYLE\n::cue {{ background: url({url}) }}\n\n"
        "00:00.000 --> 00:09.000\na\n",
        "ttml": f'<tt xmlns="http://www.w3.org/ns/ttml"><head><metadata href="{url}"/></head></tt>',
        "vobsub": f"# VobSub index file, v7\nid: en, index: 0\n# {target}\n"
        "timestamp: 00:00:00:000, filepos: 0\n",
        "svg": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="file://{target}"/>'
        f'<image href="{url}"/></svg>',
        "xml-entity": '<?xml version="1.0"?>'
        f'<!DOCTYPE a [<!ENTITY b SYSTEM "file://{target}">]><svg>&b;</svg>',
        "html": f'<!doctype html><img src="{url}">',
        "eps": "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n"
        f"({target}) (r) file run\nshowpage\n",
        "pdf": f"%PDF-1.4\n1 0 obj<</F({target})>>endobj\n",
        "xpm": f'/* XPM */\nstatic char *a[] = {{"99 99 1 1", "a c {target}"}};\n',
        "ppm": "P6\n99 99\n255\n",
    }  # fmt: skip
    return {name: text.encode() for name, text in rows.items()}


def binaries(target: Path, port: int) -> dict[str, bytes]:
    """Pictures that are not read, and lists behind first bytes that are."""
    hls = f"{_HLS}#EXTINF:9,\n{target}{_END}".encode()
    net = f"{_HLS}#EXTINF:9,\nhttp://127.0.0.1:{port}/a.ts{_END}".encode()
    return {
        "psd": b"8BPS\0\1" + bytes(8) + b"\0\3" + bytes(400),
        "icns": b"icns\0\0\1\0" + b"ic08\0\0\0\xf8" + bytes(240),
        "fpx": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1016),
        "wal": b"canary".ljust(32, b"\0") + b"\x40\0\0\0\x40\0\0\0" + bytes(8192),
        "tiff": b"II*\0\x08\0\0\0" + bytes(100),
        "bmp": b"BM" + bytes(100),
        "gif": b"GIF89a\x40\0\x40\0\0\0\0;",
        "jp2": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(100),
        "exr": b"\x76\x2f\x31\x01" + bytes(100),
        "emf": b"\1\0\0\0" + bytes(36) + b" EMF" + bytes(100),
        "avif": b"\0\0\0\x1cftypavif" + bytes(100),
        "ts-then-list": b"G@\0\x10" + bytes(184) + hls,
        "id3-then-list": b"ID3\4\0\0\0\0\0\0" + hls,
        "mp3-then-list": b"\xff\xfb\x90\0" + net,
        "ftyp-then-list": b"\0\0\0\x18ftypisom\0\0\2\0isommp41" + hls,
        "ftyp-then-net": b"\0\0\0\x18ftypisom\0\0\2\0isommp41" + net,
        "riff-then-list": b"RIFF\xff\0\0\0AVI " + hls,
        "wave-then-list": b"RIFF\xff\0\0\0WAVE" + hls,
        "ebml-then-list": b"\x1aE\xdf\xa3\x84\x42\x86\x81\1" + hls,
        "ogg-then-list": b"OggS\0\2" + bytes(22) + hls,
        "flac-then-list": b"fLaC" + hls,
        "asf-then-list": bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + net,
        "png-then-list": b"\x89PNG\r\n\x1a\n" + hls,
    }


def films(mp4: bytes, mkv: bytes, target: Path) -> dict[str, bytes]:
    """Genuine films with what points elsewhere: they may be read, what they name may not."""
    return {
        "data-reference-alias": with_external_data(mp4, target, b"alis"),
        "data-reference-url": with_external_data(mp4, target, b"url "),
        "linked-segments": with_linked_segments(mkv, target),
        "list-behind-a-film": mp4 + f"\n{_HLS}#EXTINF:9,\n{target}{_END}".encode(),
    }


def _playlist(place: str) -> str:
    return f"{_HLS}#EXTINF:9,\n{place}{_END}"


def _places(target: Path, url: str) -> tuple[str, ...]:
    return (
        str(target), f"file:{target}", f"file://{target}", f"../{target.name}", url,
        url.replace("http:", "tcp:"), url.replace("http:", "https:"), url.replace("http:", "rtmp:"),
        f"concat:{target}", f"subfile,,start,0,end,99,,:{target}", f"crypto:{target}",
        f"cache:{target}", f"async:{target}", f"data:text/plain,{target}", f"unix:{target}",
    )  # fmt: skip
