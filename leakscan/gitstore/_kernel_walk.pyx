# cython: language_level=3, boundscheck=True, wraparound=False, cdivision=True, initializedcheck=True
"""The compiled kernel: ways through a delta forest. kernel_reference_walk.py is its twin in Python and says what each
class and function is for.

Everything it reads is untrusted: nodes go through memoryviews, whose bounds Cython checks, and each place in a commit
is compared with the end before it is read."""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t
from libc.string cimport memchr, memcmp

import os

from leakscan.anchors.bare import begins_bare
from leakscan.gitstore.inflate import WINDOW_BITS, decompress

ctypedef const uint8_t* Bytes

cdef enum:
    HEAD_BYTES = 4096
    MAX_PACKED = 1 << 16  # what is larger, `other` inflates step by step
    MAX_WIDTH = 32
    MAX_DIGITS = 18
    SLACK = 1 << 12
    SMALL = 512

cdef uint8_t NIBBLE[256]
for _code in range(256):
    NIBBLE[_code] = b"0123456789abcdef".find(_code) if _code in b"0123456789abcdef" else 255


@cython.auto_pickle(False)
@cython.final
cdef class Shelf:
    cdef const uint64_t[::1] sizes, starts, ends
    cdef object file
    cdef Py_ssize_t first, count


@cython.auto_pickle(False)
@cython.final
cdef class Stock:
    cdef list shelves
    cdef object other, pread
    cdef uint64_t limit

    def __init__(self, packs, other, uint64_t limit):
        cdef Shelf shelf
        cdef Py_ssize_t first = 0
        self.shelves, self.other, self.limit = [], other, limit
        self.pread = getattr(os, "pread", None)
        for pack in packs:
            shelf = Shelf()
            shelf.sizes, shelf.starts, shelf.ends = pack.sizes, pack.starts, pack.ends
            shelf.first, shelf.count, shelf.file = first, len(pack), pack.file
            first += shelf.count
            if self.pread is not None:
                self.shelves.append(shelf)

    def __call__(self, Py_ssize_t node):
        return self.read(node)

    def close(self):
        self.shelves = []

    cdef object read(self, Py_ssize_t node):
        cdef Py_ssize_t low = 0, high = len(self.shelves), middle, number
        cdef uint64_t size, start, length
        cdef Shelf shelf
        while high - low > 1:
            middle = (low + high) // 2
            shelf = self.shelves[middle]
            if shelf.first <= node:
                low = middle
            else:
                high = middle
        if low == high:
            return self.other(node)
        shelf = self.shelves[low]
        number = node - shelf.first
        if number < 0 or number >= shelf.count or shelf.file < 0:
            return self.other(node)
        size, start = shelf.sizes[number], shelf.starts[number]
        if size > self.limit or shelf.ends[number] <= start:
            return self.other(node)
        length = min(shelf.ends[number] - start, size + (size >> 6) + SLACK)
        if length <= MAX_PACKED:
            try:
                data = decompress(self.pread(shelf.file, length, start), WINDOW_BITS, size if size else 1)
                if <uint64_t>len(data) == size:
                    return data
            except Exception:
                pass  # it says what is wrong
        return self.other(node)


@cython.auto_pickle(False)
@cython.final
cdef class Look:
    cdef object has_anchor, known
    cdef uint8_t[::1] suspect
    cdef tuple openings
    cdef uint8_t starts[256]
    cdef Py_ssize_t objects, size
    cdef public bint everything

    def __init__(self, has_anchor, suspect, known, tuple openings not None):
        cdef Py_ssize_t code
        self.has_anchor, self.suspect, self.known, self.openings = has_anchor, suspect, known, openings
        self.objects = self.size = 0
        self.everything = False
        for code in range(256):
            self.starts[code] = any(opening[0] == code for opening in openings)

    def take(self):
        objects, size = self.objects, self.size
        self.objects = self.size = 0
        return objects, size

    cdef object see(self, Py_ssize_t node, Py_ssize_t parent, bytes data, bint touches):
        """What the walk gives of this version; None if nothing."""
        if parent < 0 or (not touches and self.suspect[parent]):
            touches = self.has_anchor(data)
        self.suspect[node] = touches
        if self.known and node in self.known:
            return None
        self.objects += 1
        self.size += PyBytes_GET_SIZE(data)
        if touches:
            return node, data, True
        if self.is_opaque(data):
            return node, data, self.everything
        return (node, data, False) if self.everything else None

    cdef bint is_opaque(self, bytes data) except -1:
        cdef Bytes text = <Bytes>PyBytes_AS_STRING(data)
        cdef Py_ssize_t size = PyBytes_GET_SIZE(data), ending = min(size, HEAD_BYTES)
        if size == 0:
            return False
        if (self.starts[text[0]] and data.startswith(self.openings)) or (size <= SMALL and begins_bare(data)):
            return True
        return memchr(text, 0, ending) != NULL or memchr(text + size - ending, 0, ending) != NULL


@cython.auto_pickle(False)
@cython.final
@cython.freelist(64)
cdef class Frame:
    cdef Py_ssize_t node, child
    cdef object data


@cython.auto_pickle(False)
@cython.final
cdef class Paths:
    cdef const int32_t[::1] children, siblings, parents
    cdef Stock stock
    cdef Py_ssize_t limit, held_bytes

    def __init__(self, children, siblings, parents, Stock stock not None, Py_ssize_t limit, Py_ssize_t held_bytes):
        self.children, self.siblings, self.parents = children, siblings, parents
        self.stock, self.limit, self.held_bytes = stock, limit, held_bytes

    def walk(self, Py_ssize_t root, apply, make, fail, Look look=None):
        return Walk(self, root, apply, make, fail, look)

    def content(self, Py_ssize_t node, apply, make):
        return self.rebuild(node, [], apply, make)

    def root(self, Py_ssize_t node):
        cdef Py_ssize_t step
        for step in range(self.parents.shape[0]):
            if self.parents[node] < 0:
                return node
            node = self.parents[node]
        raise ValueError("deltas in a circle")

    cdef object rebuild(self, Py_ssize_t node, list stack, apply, make):
        cdef Frame frame
        cdef list chain = []
        cdef object data = None
        known = {}
        for frame in stack:
            if frame.data is not None:
                known[frame.node] = frame.data
        while node not in known and self.parents[node] >= 0:
            chain.append(node)
            node = self.parents[node]
        data = known[node] if node in known else make(self.stock.read(node))
        for node in reversed(chain):
            data, _ = apply(data, self.stock.read(node), self.limit)
        return data


@cython.auto_pickle(False)
@cython.final
cdef class Walk:
    cdef Paths paths
    cdef Look look
    cdef object apply, make, fail
    cdef Py_ssize_t root, held
    cdef list stack
    cdef bint begun

    def __init__(self, Paths paths not None, Py_ssize_t root, apply, make, fail, Look look):
        self.paths, self.root, self.look = paths, root, look
        self.apply, self.make, self.fail = apply, make, fail
        self.stack, self.held, self.begun = [], 0, False

    def __iter__(self):
        return self

    def __next__(self):
        cdef object found
        if not self.begun:
            self.begun = True
            found = self.begin()
            if found is not None:
                return found
        while self.stack:
            found = self.step()
            if found is not None:
                return found
        raise StopIteration

    cdef object begin(self):
        try:
            data = self.make(self.paths.stock.read(self.root))
        except Exception as error:
            self.fail(self.root, error)
            return None
        self.held = len(data)
        self.push(self.root, data)
        return (self.root, data, True) if self.look is None else self.look.see(self.root, -1, data, True)

    cdef int push(self, Py_ssize_t node, object data) except -1:
        cdef Frame frame = Frame()
        frame.node, frame.data, frame.child = node, data, self.paths.children[node]
        self.stack.append(frame)
        return 0

    cdef object step(self):
        """One node further, or one frame less."""
        cdef Frame frame = self.stack[len(self.stack) - 1]
        cdef Py_ssize_t child = frame.child
        cdef object base = frame.data, data, touches
        if child < 0:
            self.stack.pop()
            return None
        frame.child = self.paths.siblings[child]
        try:
            if base is None:
                base = frame.data = self.paths.rebuild(frame.node, self.stack, self.apply, self.make)
                self.held += len(base)
            if frame.child < 0:
                self.held -= len(base)
                frame.data = None
                self.stack.pop()
            data, touches = self.apply(base, self.paths.stock.read(child), self.paths.limit)
        except Exception as error:
            self.fail(child, error)
            return None
        if self.paths.children[child] >= 0:
            self.push(child, data)
            self.held += len(data)
            if self.held > self.paths.held_bytes:
                self.let_go()
        return (child, data, touches) if self.look is None else self.look.see(child, frame.node, data, touches)

    cdef int let_go(self) except -1:
        cdef Frame frame
        cdef Py_ssize_t place
        for place in range(len(self.stack) - 1):
            if self.held <= self.paths.held_bytes:
                break
            frame = self.stack[place]
            if frame.data is not None:
                self.held -= len(frame.data)
                frame.data = None
        return 0


cdef Bytes _line(Bytes place, Bytes end) noexcept:
    """Behind the line that starts here, or the end."""
    cdef Bytes found = <Bytes>memchr(place, 10, end - place) if place < end else NULL
    return end if found == NULL else found + 1


cdef object _node(Bytes place, Bytes end, names, Py_ssize_t width):
    """The node of the id in hexadecimal digits that a line ends with; -1 if there is none."""
    cdef uint8_t raw[MAX_WIDTH]
    cdef Py_ssize_t at
    cdef uint8_t one, other
    if end - place < 2 * width + 1 or place[2 * width] != 10:
        return -1
    for at in range(width):
        one, other = NIBBLE[place[2 * at]], NIBBLE[place[2 * at + 1]]
        if one > 15 or other > 15:
            return -1
        raw[at] = one << 4 | other
    return names.find(PyBytes_FromStringAndSize(<const char*>raw, width))


cdef bint _date(Bytes place, Bytes end, int64_t* time) noexcept:
    """Reads the date that a person's line ends with: `1700000000 +0100`."""
    cdef int digits = 0
    cdef int64_t unit = 1, value = 0
    while end > place and digits < 5 and 48 <= (end - 1)[0] <= 57:
        end -= 1
        digits += 1
    if not 3 <= digits <= 4 or end - place < 3 or ((end - 1)[0] != c"+" and (end - 1)[0] != c"-") or (end - 2)[0] != 32:
        return False
    end -= 2
    digits = 0
    while end > place and digits < MAX_DIGITS + 1 and 48 <= (end - 1)[0] <= 57:
        value += unit * ((end - 1)[0] - 48) if digits < MAX_DIGITS else 0
        unit *= 10 if digits < MAX_DIGITS - 1 else 1
        end -= 1
        digits += 1
    if not 1 <= digits <= MAX_DIGITS or end <= place or (end - 1)[0] != 32:
        return False  # the sign of a date before 1970 as well
    time[0] = value
    return True


def read_links(bytes data not None, names, Py_ssize_t width):
    cdef Bytes place = <Bytes>PyBytes_AS_STRING(data)
    cdef Bytes end = place + PyBytes_GET_SIZE(data)
    cdef Bytes following
    cdef list parents = []
    cdef int64_t time = 0
    if not 1 <= width <= MAX_WIDTH or end - place < 5 or memcmp(place, b"tree ", 5) != 0:
        return None
    tree = _node(place + 5, end, names, width)
    if tree < 0:
        return None
    place += 2 * width + 6
    while end - place >= 7 and memcmp(place, b"parent ", 7) == 0:
        parent = _node(place + 7, end, names, width)
        if parent < 0:
            return None
        parents.append(parent)
        place += 2 * width + 8
    while place < end:
        following = _line(place, end)
        if end - place >= 10 and memcmp(place, b"committer ", 10) == 0:
            if (following - 1)[0] != 10 or not _date(place + 10, following - 1, &time):
                return None
            return tree, parents, time
        place = following
    return None
