"""Shows an inner tensor of an ONNX network as an output, without an ONNX library.

Protocol Buffers merge: a second `graph` message appended to a file adds to the first one. So a
graph that holds nothing but one more output is enough (ModelProto.graph = 7,
GraphProto.output = 12, ValueInfoProto.name = 1).
"""


def with_output(model: bytes, tensor: str) -> bytes:
    """The same network with the inner tensor `tensor` as its last output."""
    value_info = _message(1, tensor.encode())
    return model + _message(7, _message(12, value_info))


def _message(field: int, payload: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(payload)) + payload


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
