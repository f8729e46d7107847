"""Writes canonical_face.json from the MediaPipe package's face geometry file.

Usage: extract_canonical_face.py geometry_pipeline_metadata_landmarks.binarypb canonical_face.json
The file lies in the packed assets of npm @mediapipe/face_mesh 0.4.1657299874 (Apache-2.0).
"""

import json
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

MESH, VERTICES, INDICES = 1, 3, 4
"""Field numbers: the mesh in the metadata, then the buffers in the mesh."""
FLOATS_PER_VERTEX = 5
"""x, y, z, u, v."""


def fields(message: bytes) -> Iterator[tuple[int, bytes | int]]:
    """The fields of a protobuf message: numbers and raw bytes."""
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        key = varint()
        match key & 7:
            case 0:
                yield key >> 3, varint()
            case kind:
                size = {1: 8, 5: 4}.get(kind) or varint()
                yield key >> 3, message[at : at + size]
                at += size


def main(source: Path, target: Path) -> None:
    mesh = next(v for n, v in fields(source.read_bytes()) if n == MESH and isinstance(v, bytes))
    parts = list(fields(mesh))
    floats = [struct.unpack("<f", v)[0] for n, v in parts if n == VERTICES and isinstance(v, bytes)]
    indices = [v for n, v in parts if n == INDICES]
    vertices = [
        [round(c, 4) for c in floats[i : i + 3]] for i in range(0, len(floats), FLOATS_PER_VERTEX)
    ]
    triangles = [indices[i : i + 3] for i in range(0, len(indices), 3)]
    source_note = "MediaPipe canonical face model, Copyright The MediaPipe Authors, Apache-2.0"
    face = {"source": source_note, "vertices_cm": vertices, "triangles": triangles}
    target.write_text(json.dumps(face, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
