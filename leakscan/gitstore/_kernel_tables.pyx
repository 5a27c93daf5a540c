# cython: language_level=3, boundscheck=True, wraparound=False, cdivision=True, initializedcheck=True
"""The compiled kernel: tables of packs. kernel_reference_tables.py is its twin in Python and says what each function is
for.

Everything it reads is untrusted: each pointer is compared with its end before it is read through. Arrays go through
memoryviews, whose bounds Cython checks."""

from array import array

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

ctypedef const uint8_t* Bytes

cdef uint64_t MAX_WEIGHT = 1 << 32


cdef enum:
    DIGIT = 11  # bits that one pass sorts by


cdef struct Entry:
    uint64_t offset
    uint32_t place


cdef Entry* _sort(Entry* entries, Entry* spare, Py_ssize_t count, uint64_t largest) noexcept nogil:
    """By offset, equal ones left in their order; in one of the two buffers."""
    cdef Py_ssize_t counts[1 << DIGIT]
    cdef Py_ssize_t number, before, digit
    cdef int shift = 0
    while shift < 64 and largest >> shift:
        for digit in range(1 << DIGIT):
            counts[digit] = 0
        for number in range(count):
            counts[(entries[number].offset >> shift) & ((1 << DIGIT) - 1)] += 1
        before = 0
        for digit in range(1 << DIGIT):
            before += counts[digit]
            counts[digit] = before - counts[digit]
        for number in range(count):
            digit = (entries[number].offset >> shift) & ((1 << DIGIT) - 1)
            spare[counts[digit]] = entries[number]
            counts[digit] += 1
        entries, spare = spare, entries
        shift += DIGIT
    return entries


def sort_offsets(offsets):
    cdef const uint64_t[::1] given = offsets
    cdef Py_ssize_t count = given.shape[0], number
    cdef uint64_t largest = 0
    cdef uint64_t[::1] out
    cdef uint32_t[::1] places
    cdef Entry* entries
    sorted_offsets = array("Q", bytes(8 * count))
    order = array("I", bytes(4 * count))
    if count == 0:
        return sorted_offsets, order
    out, places = sorted_offsets, order
    cdef Entry* buffers = <Entry*>malloc(2 * count * sizeof(Entry))
    if buffers == NULL:
        raise MemoryError
    try:
        for number in range(count):
            buffers[number].offset = given[number]
            buffers[number].place = <uint32_t>number
            largest = max(largest, given[number])
        entries = _sort(buffers, buffers + count, count, largest)
        for number in range(count):
            out[number] = entries[number].offset
            places[number] = entries[number].place
    finally:
        free(buffers)
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
