"""The kernel in plain Python: what the compiled one does, used where that is not available, and its yardstick in tests.

A delta is two sizes and a list of instructions: copy a range of the base, or insert bytes that follow. A *seam* of
the result is every inserted byte, every border between two instructions, and both ends. An *anchor* (leakscan/anchors)
that touches no seam, neither with itself nor with the bytes that decide about it, lies inside one copied range, and so
stands in the base as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakscan.gitstore.deltaerror import DeltaError, OversizeError
from leakscan.gitstore.kernel_reference_tables import grow, parse_headers, sort_offsets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakscan.anchors.reference import Matcher

__all__ = ["apply", "apply_and_look", "grow", "parse_headers", "sort_offsets"]


def _shape(code: int) -> tuple[int, int, int, int] | None:
    """How to read the operands of a copy at once, as one little-endian number: their count, the mask of the offset,
    the shift and the mask of the length. None if a byte is left out between others."""
    offset, length = code & 15, code >> 4 & 7
    if offset & (offset + 1) or length & (length + 1) or not length:
        return None
    offset_bits, length_bits = 8 * offset.bit_count(), 8 * length.bit_count()
    return (offset_bits + length_bits) // 8, (1 << offset_bits) - 1, offset_bits, (1 << length_bits) - 1


_SHAPES = [_shape(code) for code in range(256)]


def apply_and_look(matcher: Matcher, base: bytes, delta: bytes, limit: int) -> tuple[bytes, bool]:
    """The result of the delta, and whether an anchor in it touches a seam. `limit` is as for `apply`."""
    parts = _parts(base, delta, limit)
    target = b"".join(parts)
    return target, matcher.may_touch(parts) and matcher.touches(target, _seams(delta, matcher.gap))


def apply(base: bytes, delta: bytes, limit: int) -> bytes:
    """The result of the delta. DeltaError if it cannot be applied, OversizeError if it claims over `limit` bytes."""
    return b"".join(_parts(base, delta, limit))


def _parts(base: bytes, delta: bytes, limit: int) -> list[bytes]:
    """What each instruction gives."""
    base_size, place = _varint(delta, 0)
    size, place = _varint(delta, place)
    if base_size != len(base):
        raise DeltaError("it was made for a base of another size")
    if size > limit:
        raise OversizeError(size)
    parts: list[bytes] = []
    append, shapes, number, done, end = parts.append, _SHAPES, int.from_bytes, 0, len(delta)
    try:
        while place < end:
            code = delta[place]
            place += 1
            if code > 127:
                shape = shapes[code]
                if shape is not None and place + shape[0] <= end:
                    count, mask, shift, length_mask = shape
                    operands = number(delta[place : place + count], "little")
                    start, length = operands & mask, operands >> shift & length_mask or 0x10000
                    place += count
                else:
                    start, length, place = _copy(delta, place, code)
                if start + length > base_size:
                    raise DeltaError("it copies from outside its base")
                append(base[start : start + length])
            elif code:
                length = code
                append(delta[place : place + code])
                place += code
                if place > end:
                    raise DeltaError("it is cut off")
            else:
                raise DeltaError("it holds the reserved instruction 0")
            done += length
            if done > size:
                raise DeltaError("its result is longer than it says")
    except IndexError:
        raise DeltaError("it is cut off") from None
    if done != size:
        raise DeltaError("its result is shorter than it says")
    return parts


def _copy(delta: bytes, place: int, code: int) -> tuple[int, int, int]:
    """Offset and length of a copy, and the place behind it."""
    offset = length = 0
    if code & 1:
        offset = delta[place]
        place += 1
    if code & 2:
        offset |= delta[place] << 8
        place += 1
    if code & 4:
        offset |= delta[place] << 16
        place += 1
    if code & 8:
        offset |= delta[place] << 24
        place += 1
    if code & 16:
        length = delta[place]
        place += 1
    if code & 32:
        length |= delta[place] << 8
        place += 1
    if code & 64:
        length |= delta[place] << 16
        place += 1
    return offset, length or 0x10000, place


def copied_ranges(delta: bytes) -> Iterator[tuple[int, int, int]]:
    """(start in the result, start in the base, length) of each copy of a valid delta."""
    done = 0
    for offset, length in _instructions(delta):
        if offset >= 0:
            yield done, offset, length
        done += length


def _seams(delta: bytes, gap: int) -> list[tuple[int, int]]:
    """Ranges of the result of a valid delta, in order, those no further apart than `gap` joined."""
    seams, start, last, done = [], 0, 0, 0
    for offset, length in (*_instructions(delta), (0, 0)):
        if done - last > gap:
            seams.append((start, last))
            start = done
        last = done
        done += length
        if offset < 0:
            last = done
    return [*seams, (start, last)]


def _instructions(delta: bytes) -> Iterator[tuple[int, int]]:
    """(start in the base, -1 for an insertion; length) of each instruction of a valid delta."""
    _, place = _varint(delta, 0)
    _, place = _varint(delta, place)
    while place < len(delta):
        code = delta[place]
        place += 1
        if code > 127:
            offset, length, place = _copy(delta, place, code)
            yield offset, length
        else:
            place += code
            yield -1, code


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift, code in enumerate(data[place : place + 9]):
        value |= (code & 127) << (7 * shift)
        if code < 128:
            return value, place + shift + 1
    raise DeltaError("it is cut off")
