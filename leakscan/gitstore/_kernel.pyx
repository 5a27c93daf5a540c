# cython: language_level=3, boundscheck=True, wraparound=False, cdivision=True, initializedcheck=True
"""The compiled kernel: deltas. kernel_reference.py is its twin in Python and says what each function is for.

Everything it reads is untrusted: each pointer is compared with its end before it is read or written through, each
length with what is left."""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy

from leakscan.anchors._matcher cimport Bytes, Matcher

from leakscan.gitstore.deltaerror import DeltaError, OversizeError

cdef uint8_t OPERANDS[256]  # how many bytes follow the code of a copy
for _code in range(256):
    OPERANDS[_code] = (_code & 127).bit_count()

cdef enum:
    FINE, CUT_OFF, RESERVED, OUTSIDE, TOO_LONG, TOO_SHORT, NO_MEMORY

_REASONS = {
    CUT_OFF: "it is cut off",
    RESERVED: "it holds the reserved instruction 0",
    OUTSIDE: "it copies from outside its base",
    TOO_LONG: "its result is longer than it says",
    TOO_SHORT: "its result is shorter than it says",
}


@cython.auto_pickle(False)
cdef class Ranges:
    """The copies of a delta."""

    def __cinit__(self):
        self.items = NULL
        self.count = 0
        self.room = 0

    def __dealloc__(self):
        free(self.items)

    cdef int add(self, Py_ssize_t start, Py_ssize_t offset, Py_ssize_t length) except -1:
        cdef CopyRange* grown
        if self.count == self.room:
            self.room = 2 * self.room + 16
            grown = <CopyRange*>realloc(self.items, self.room * sizeof(CopyRange))
            if grown == NULL:
                raise MemoryError
            self.items = grown
        self.items[self.count] = CopyRange(start, offset, length)
        self.count += 1
        return 0


def apply(bytes base not None, bytes delta not None, Py_ssize_t limit):
    return _apply(base, delta, limit, None, NULL)


def apply_and_look(Matcher matcher not None, bytes base not None, bytes delta not None, Py_ssize_t limit):
    cdef bint touches = False
    target = _apply(base, delta, limit, matcher, &touches)
    return target, touches


cdef bytes apply_noting(bytes base, bytes delta, Py_ssize_t limit, Ranges ranges):
    """As `apply`; notes what was copied from where."""
    cdef bytes target = _apply(base, delta, limit, None, NULL)
    cdef Bytes place = <Bytes>PyBytes_AS_STRING(delta)
    cdef Bytes end = place + PyBytes_GET_SIZE(delta)
    cdef uint64_t size = 0
    cdef Py_ssize_t done = 0, offset = 0, length = 0
    cdef uint8_t code
    place = _varint(place, end, &size)
    if place != NULL:
        place = _varint(place, end, &size)
    while place != NULL and place < end:
        code = place[0]
        place += 1
        if code & 128:
            place = _copy(place, end, code, &offset, &length)
            ranges.add(done, offset, length)
        else:
            length = code
            place = place + length if length <= end - place else NULL
        done += length
    return target


cdef Bytes _copy(Bytes place, Bytes end, uint8_t code, Py_ssize_t* offset, Py_ssize_t* length) noexcept:
    """Reads the operands of a copy; behind them, NULL if they are cut off."""
    if end - place < OPERANDS[code]:
        return NULL
    offset[0] = 0
    length[0] = 0
    if code & 1:
        offset[0] = place[0]
        place += 1
    if code & 2:
        offset[0] |= <Py_ssize_t>place[0] << 8
        place += 1
    if code & 4:
        offset[0] |= <Py_ssize_t>place[0] << 16
        place += 1
    if code & 8:
        offset[0] |= <Py_ssize_t>place[0] << 24
        place += 1
    if code & 16:
        length[0] = place[0]
        place += 1
    if code & 32:
        length[0] |= <Py_ssize_t>place[0] << 8
        place += 1
    if code & 64:
        length[0] |= <Py_ssize_t>place[0] << 16
        place += 1
    if length[0] == 0:
        length[0] = 0x10000
    return place


cdef Bytes _varint(Bytes place, Bytes end, uint64_t* value) noexcept:
    """Behind the number, NULL if it is cut off or too large."""
    cdef int shift = 0
    cdef uint8_t code
    value[0] = 0
    while place < end and shift <= 56:
        code = place[0]
        place += 1
        value[0] |= <uint64_t>(code & 127) << shift
        shift += 7
        if code < 128:
            return place
    return NULL


cdef struct Seams:
    Py_ssize_t* ends  # start and end of each, in order
    Py_ssize_t count, room, gap


cdef bint _close(Seams* seams, Py_ssize_t start, Py_ssize_t end) noexcept:
    """Keeps one more; False if there is no memory for it."""
    cdef Py_ssize_t* ends
    if seams.count == seams.room:
        ends = <Py_ssize_t*>realloc(seams.ends, (2 * seams.room + 64) * 2 * sizeof(Py_ssize_t))
        if ends == NULL:
            return False
        seams.ends = ends
        seams.room = 2 * seams.room + 64
    seams.ends[2 * seams.count] = start
    seams.ends[2 * seams.count + 1] = end
    seams.count += 1
    return True


cdef _apply(bytes base, bytes delta, Py_ssize_t limit, Matcher matcher, bint* touches):
    cdef Bytes place = <Bytes>PyBytes_AS_STRING(delta)
    cdef Bytes end = place + PyBytes_GET_SIZE(delta)
    cdef uint64_t base_size = 0, target_size = 0
    cdef bytes target
    cdef Bytes data
    cdef Seams seams = Seams(NULL, 0, 0, 0 if matcher is None else matcher.gap)
    cdef Py_ssize_t number = 0
    cdef int state
    place = _varint(place, end, &base_size)
    if place != NULL:
        place = _varint(place, end, &target_size)
    if place == NULL:
        raise DeltaError("it is cut off")
    if base_size != <uint64_t>PyBytes_GET_SIZE(base):
        raise DeltaError("it was made for a base of another size")
    if limit < 0 or target_size > <uint64_t>limit:
        raise OversizeError(target_size)
    target = PyBytes_FromStringAndSize(NULL, <Py_ssize_t>target_size)
    data = <Bytes>PyBytes_AS_STRING(target)
    try:
        state = _run(
            <Bytes>PyBytes_AS_STRING(base), <Py_ssize_t>base_size, place, end,
            <uint8_t*>data, <Py_ssize_t>target_size, NULL if matcher is None else &seams,
        )
        if state == NO_MEMORY:
            raise MemoryError
        if state != FINE:
            raise DeltaError(_REASONS[state])
        while number < seams.count and not touches[0]:
            touches[0] = matcher.stands(
                data, <Py_ssize_t>target_size, seams.ends[2 * number], seams.ends[2 * number + 1]
            )
            number += 1
    finally:
        free(seams.ends)
    return target


cdef int _run(
    Bytes base, Py_ssize_t base_size, Bytes place, Bytes end, uint8_t* target, Py_ssize_t size, Seams* seams,
) noexcept:
    """Runs the instructions. Notes the seams, if asked; those no further apart than the gap are joined."""
    cdef Py_ssize_t done = 0, length = 0, offset = 0
    cdef Py_ssize_t seam_start = 0, seam_end = 0
    cdef uint8_t code
    while place < end:
        if seams != NULL:
            if done - seam_end > seams.gap:
                if not _close(seams, seam_start, seam_end):
                    return NO_MEMORY
                seam_start = done
            seam_end = done
        code = place[0]
        place += 1
        if code & 128:
            place = _copy(place, end, code, &offset, &length)
            if place == NULL:
                return CUT_OFF
            if offset > base_size or length > base_size - offset:
                return OUTSIDE
            if length > size - done:
                return TOO_LONG
            memcpy(target + done, base + offset, length)
            done += length
        elif code:
            length = code
            if length > end - place:
                return CUT_OFF
            if length > size - done:
                return TOO_LONG
            memcpy(target + done, place, length)
            place += length
            done += length
            seam_end = done
        else:
            return RESERVED
    if done != size:
        return TOO_SHORT
    if seams != NULL:
        if done - seam_end > seams.gap:
            if not _close(seams, seam_start, seam_end):
                return NO_MEMORY
            seam_start = done
        if not _close(seams, seam_start, done):
            return NO_MEMORY
    return FINE
