# cython: language_level=3, boundscheck=True, wraparound=False, cdivision=True, initializedcheck=True
"""The compiled kernel: deltas. kernel_reference.py is its twin in Python and says what each function is for.

Everything it reads is untrusted: each pointer is compared with its end before it is read or written through, each
length with what is left."""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memchr, memcmp, memcpy

from leakscan.gitstore.deltaerror import DeltaError, OversizeError

ctypedef const uint8_t* Bytes

cdef uint8_t WORD[256]
cdef uint8_t OPERANDS[256]  # how many bytes follow the code of a copy
for _code in range(256):
    OPERANDS[_code] = (_code & 127).bit_count()
    WORD[_code] = 48 <= _code <= 57 or 65 <= _code <= 90 or 97 <= _code <= 122

cdef enum:
    MAX_LITERALS = 16
    MAX_LITERAL = 255

cdef enum:
    FINE, CUT_OFF, RESERVED, OUTSIDE, TOO_LONG, TOO_SHORT

_REASONS = {
    CUT_OFF: "it is cut off",
    RESERVED: "it holds the reserved instruction 0",
    OUTSIDE: "it copies from outside its base",
    TOO_LONG: "its result is longer than it says",
    TOO_SHORT: "its result is shorter than it says",
}

# Which letter of a literal to look for first: capitals are rarer in source code than all else, the last ones most.
_RARE = b"EITSRAONCLPDMUFBHGYWKVJXZQ"

include "_hidden.pxi"


@cython.auto_pickle(False)
cdef class Matcher:
    cdef Py_ssize_t shortest, longest, margin
    cdef int count
    cdef Py_ssize_t lengths[MAX_LITERALS]
    cdef uint8_t literals[MAX_LITERALS][MAX_LITERAL]
    cdef Py_ssize_t rare[MAX_LITERALS]
    cdef bint hidden

    def __init__(self, Py_ssize_t shortest, Py_ssize_t longest, tuple literals, bint hidden=False):
        cdef Py_ssize_t place, length
        cdef bytes literal
        if not 1 <= shortest <= longest <= 1 << 20:
            raise ValueError("a run must have 1 <= shortest <= longest <= 1,048,576")
        if len(literals) > MAX_LITERALS or not all(1 <= len(each) <= MAX_LITERAL for each in literals):
            raise ValueError("at most 16 literals of 1 to 255 bytes")
        self.shortest = shortest
        self.longest = longest
        self.hidden = hidden
        self.margin = max(longest + 1, HIDDEN_REACH if hidden else 0)
        self.count = 0
        for literal in literals:
            length = len(literal)
            self.lengths[self.count] = length
            self.margin = max(self.margin, length)
            for place in range(length):
                self.literals[self.count][place] = literal[place]
            self.rare[self.count] = max(range(length), key=lambda at: _RARE.find(literal[at]))
            self.count += 1

    def has_anchor(self, bytes data not None):
        cdef Py_ssize_t size = PyBytes_GET_SIZE(data)
        return self.stands(<Bytes>PyBytes_AS_STRING(data), size, 0, size)

    def apply(self, bytes base not None, bytes delta not None, Py_ssize_t limit):
        cdef bint touches = False
        target = _apply(base, delta, limit, self, &touches)
        return target, touches

    cdef bint stands(self, Bytes data, Py_ssize_t size, Py_ssize_t start, Py_ssize_t end) noexcept:
        """An anchor touches data[start:end]; `size` bytes are there, and 0 <= start <= end <= size."""
        cdef int number
        if self.hidden and _hidden(data, max(0, start - HIDDEN_REACH), min(size, end + HIDDEN_REACH)):
            return True
        if self.run(data, size, start, end):
            return True
        for number in range(self.count):
            if self.literal(number, data, size, start, end):
                return True
        return False

    cdef bint run(self, Bytes data, Py_ssize_t size, Py_ssize_t start, Py_ssize_t end) noexcept:
        cdef Py_ssize_t begin = start
        cdef Py_ssize_t least = max(0, start - self.longest - 1)
        cdef Py_ssize_t place, last
        while begin > least and WORD[data[begin - 1]]:
            begin -= 1
        while begin <= end:
            last = begin + self.shortest - 1
            if last >= size:
                return False
            place = last
            while place >= begin and WORD[data[place]]:
                place -= 1
            if place >= begin:
                begin = place + 1
                continue
            place = last + 1
            while place < size and WORD[data[place]]:
                place += 1
            if place - begin <= self.longest:
                return True
            begin = place + 1
        return False

    cdef bint literal(self, int number, Bytes data, Py_ssize_t size, Py_ssize_t start, Py_ssize_t end) noexcept:
        cdef Py_ssize_t length = self.lengths[number], rare = self.rare[number]
        cdef Py_ssize_t place = max(0, start - length + 1) + rare
        cdef Py_ssize_t stop = min(size, end + length - 1) - (length - 1 - rare)
        cdef Bytes found
        while place < stop:
            found = <Bytes>memchr(data + place, self.literals[number][rare], stop - place)
            if found == NULL:
                return False
            place = found - data
            if memcmp(data + place - rare, self.literals[number], length) == 0:
                return True
            place += 1
        return False


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


cdef _apply(bytes base, bytes delta, Py_ssize_t limit, Matcher matcher, bint* touches):
    cdef Bytes place = <Bytes>PyBytes_AS_STRING(delta)
    cdef Bytes end = place + PyBytes_GET_SIZE(delta)
    cdef uint64_t base_size = 0, target_size = 0
    cdef bytes target
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
    state = _run(
        <Bytes>PyBytes_AS_STRING(base), <Py_ssize_t>base_size, place, end,
        <uint8_t*>PyBytes_AS_STRING(target), <Py_ssize_t>target_size, matcher, touches,
    )
    if state != FINE:
        raise DeltaError(_REASONS[state])
    return target


cdef int _run(
    Bytes base, Py_ssize_t base_size, Bytes place, Bytes end,
    uint8_t* target, Py_ssize_t size, Matcher matcher, bint* touches,
) noexcept:
    """Runs the instructions. Seams closer than the margin are joined, and looked at as soon as the next is further
    away: by then all that could decide about them is written."""
    cdef Py_ssize_t done = 0, length = 0, offset = 0
    cdef Py_ssize_t seam_start = 0, seam_end = 0, margin = 0
    cdef bint looking = touches != NULL
    cdef uint8_t code
    if looking:
        margin = matcher.margin
    while place < end:
        if looking:
            if done - seam_end > margin:
                if matcher.stands(target, done, seam_start, seam_end):
                    touches[0] = True
                    looking = False
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
    if looking:
        if done - seam_end > margin:
            if matcher.stands(target, done, seam_start, seam_end):
                touches[0] = True
                return FINE
            seam_start = done
        touches[0] = matcher.stands(target, done, seam_start, done)
    return FINE
