# cython: language_level=3, boundscheck=True, wraparound=False, cdivision=True, initializedcheck=True
"""The compiled kernel. kernel_reference.py is its twin in Python and says what each function is for.

Everything it reads is untrusted: each pointer is compared with its end before it is read or written through, each
length with what is left. Arrays go through memoryviews, whose bounds Cython checks."""

from array import array

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc, qsort
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

cdef uint64_t MAX_WEIGHT = 1 << 32

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


@cython.auto_pickle(False)
cdef class Matcher:
    cdef Py_ssize_t shortest, longest, margin
    cdef int count
    cdef Py_ssize_t lengths[MAX_LITERALS]
    cdef uint8_t literals[MAX_LITERALS][MAX_LITERAL]
    cdef Py_ssize_t rare[MAX_LITERALS]

    def __init__(self, Py_ssize_t shortest, Py_ssize_t longest, tuple literals):
        cdef Py_ssize_t place, length
        cdef bytes literal
        if not 1 <= shortest <= longest <= 1 << 20:
            raise ValueError("a run must have 1 <= shortest <= longest <= 1,048,576")
        if len(literals) > MAX_LITERALS or not all(1 <= len(each) <= MAX_LITERAL for each in literals):
            raise ValueError("at most 16 literals of 1 to 255 bytes")
        self.shortest = shortest
        self.longest = longest
        self.margin = longest + 1
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


def apply(bytes base not None, bytes delta not None, Py_ssize_t limit):
    return _apply(base, delta, limit, None, NULL)


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
    cdef Py_ssize_t done = 0, length, offset
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
            offset = 0
            length = 0
            if end - place < OPERANDS[code]:
                return CUT_OFF
            if code & 1:
                offset = place[0]
                place += 1
            if code & 2:
                offset |= <Py_ssize_t>place[0] << 8
                place += 1
            if code & 4:
                offset |= <Py_ssize_t>place[0] << 16
                place += 1
            if code & 8:
                offset |= <Py_ssize_t>place[0] << 24
                place += 1
            if code & 16:
                length = place[0]
                place += 1
            if code & 32:
                length |= <Py_ssize_t>place[0] << 8
                place += 1
            if code & 64:
                length |= <Py_ssize_t>place[0] << 16
                place += 1
            if length == 0:
                length = 0x10000
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


cdef struct Entry:
    uint64_t offset
    uint32_t place


cdef int _by_offset(const void* one, const void* other) noexcept nogil:
    cdef Entry* left = <Entry*>one
    cdef Entry* right = <Entry*>other
    if left.offset != right.offset:
        return -1 if left.offset < right.offset else 1
    return -1 if left.place < right.place else left.place > right.place


def sort_offsets(offsets):
    cdef const uint64_t[::1] given = offsets
    cdef Py_ssize_t count = given.shape[0], number
    cdef uint64_t[::1] out
    cdef uint32_t[::1] places
    sorted_offsets = array("Q", bytes(8 * count))
    order = array("I", bytes(4 * count))
    if count == 0:
        return sorted_offsets, order
    out, places = sorted_offsets, order
    cdef Entry* entries = <Entry*>malloc(count * sizeof(Entry))
    if entries == NULL:
        raise MemoryError
    try:
        for number in range(count):
            entries[number].offset = given[number]
            entries[number].place = <uint32_t>number
        qsort(entries, count, sizeof(Entry), &_by_offset)
        for number in range(count):
            out[number] = entries[number].offset
            places[number] = entries[number].place
    finally:
        free(entries)
    return sorted_offsets, order


cdef Bytes _header(Bytes place, Bytes end, uint8_t* kind, uint64_t* size) noexcept:
    cdef uint8_t code
    cdef int shift = 4
    if place >= end:
        return NULL
    code = place[0]
    place += 1
    kind[0] = (code >> 4) & 7
    size[0] = code & 15
    while code & 128:
        if place >= end or shift > 53:
            return NULL
        code = place[0]
        place += 1
        size[0] |= <uint64_t>(code & 127) << shift
        shift += 7
    return place


cdef Bytes _distance(Bytes place, Bytes end, uint64_t* distance) noexcept:
    cdef uint8_t code = 128
    distance[0] = 0
    cdef int count = 0
    while code & 128:
        if place >= end or count > 7:
            return NULL
        code = place[0]
        place += 1
        distance[0] = ((distance[0] + 1) << 7 if count else 0) | (code & 127)
        count += 1
    return place


cdef Py_ssize_t _find(const uint64_t[::1] offsets, Py_ssize_t below, uint64_t wanted) except -2:
    cdef Py_ssize_t low = 0, high = below, middle
    while low < high:
        middle = (low + high) // 2
        if offsets[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low if low < below and offsets[low] == wanted else -1


def parse_headers(
    bytes window not None, uint64_t window_start, offsets, Py_ssize_t first, uint64_t pack_end, Py_ssize_t width,
    kinds, sizes, starts, bases, list references not None,
):
    cdef const uint64_t[::1] entry_offsets = offsets
    cdef uint8_t[::1] kind_of = kinds
    cdef uint64_t[::1] size_of = sizes
    cdef uint64_t[::1] start_of = starts
    cdef int32_t[::1] base_of = bases
    cdef Bytes data = <Bytes>PyBytes_AS_STRING(window)
    cdef uint64_t length = PyBytes_GET_SIZE(window), offset, following, size, distance
    cdef Py_ssize_t count = entry_offsets.shape[0], number = first, base
    cdef Bytes place
    cdef Bytes end
    cdef uint8_t kind
    cdef bint whole
    while number < count:
        offset = entry_offsets[number]
        if offset < window_start or offset - window_start >= length:
            break
        following = entry_offsets[number + 1] if number + 1 < count else pack_end
        whole = following >= offset and following - window_start <= length
        end = data + (following - window_start if whole else length)
        kind, size, distance, base = 0, 0, 0, -2
        place = _header(data + (offset - window_start), end, &kind, &size)
        if place != NULL and kind == 6:
            place = _distance(place, end, &distance)
        elif place != NULL and kind == 7:
            place = place + width if end - place >= width else NULL
        if place == NULL and not whole and number > first:
            break
        if place == NULL or kind == 0 or kind == 5:
            kind, size, place = 0, 0, NULL
        elif kind == 6:
            if 0 < distance <= offset:
                base = _find(entry_offsets, number, offset - distance)
                base = -2 if base < 0 else base
        elif kind == 7:
            references.append((number, PyBytes_FromStringAndSize(<const char*>place - width, width)))
        else:
            base = -1
        kind_of[number] = kind
        size_of[number] = size
        start_of[number] = window_start + (place - data) if place != NULL else offset
        base_of[number] = <int32_t>base
        number += 1
    return number


def grow(parents, kinds, sizes):
    cdef const int32_t[::1] parent_of = parents
    cdef uint8_t[::1] kind_of = kinds
    cdef const uint64_t[::1] size_of = sizes
    cdef Py_ssize_t count = parent_of.shape[0], number, reached = 0, place
    cdef int32_t node, parent, child, before, heavy, before_heavy
    child_array, next_array = array("i", [-1]) * count, array("i", [-1]) * count
    order_array, weight_array = array("i", [-1]) * count, array("Q", [0]) * count
    if count == 0:
        return child_array, next_array, order_array, weight_array
    cdef int32_t[::1] child_of = child_array
    cdef int32_t[::1] next_of = next_array
    cdef int32_t[::1] order = order_array
    cdef uint64_t[::1] weight_of = weight_array
    for number in range(count - 1, -1, -1):
        parent = parent_of[number]
        if parent >= 0:
            next_of[number] = child_of[parent]
            child_of[parent] = <int32_t>number
        elif parent == -1:
            order[reached] = <int32_t>number
            reached += 1
            weight_of[number] = min(size_of[number], MAX_WEIGHT) >> 3
    place = 0
    while place < reached:
        node = order[place]
        place += 1
        child = child_of[node]
        while child >= 0:
            kind_of[child] = kind_of[node]
            weight_of[child] = weight_of[node]
            order[reached] = child
            reached += 1
            child = next_of[child]
    for place in range(reached - 1, -1, -1):
        node = order[place]
        weight_of[node] += 4096 + min(size_of[node], MAX_WEIGHT)
        child, before, heavy, before_heavy = child_of[node], -1, -1, -1
        while child >= 0:
            weight_of[node] += weight_of[child]
            if heavy < 0 or weight_of[child] > weight_of[heavy]:
                heavy, before_heavy = child, before
            before = child
            child = next_of[child]
        if heavy >= 0 and next_of[heavy] >= 0:
            if before_heavy >= 0:
                next_of[before_heavy] = next_of[heavy]
            else:
                child_of[node] = next_of[heavy]
            next_of[before] = heavy
            next_of[heavy] = -1
    return child_array, next_array, order_array[:reached], weight_array
