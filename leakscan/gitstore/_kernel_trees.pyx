# cython: language_level=3, boundscheck=True, wraparound=False, cdivision=True, initializedcheck=True
"""The compiled kernel: trees. kernel_reference_trees.py is its twin in Python and says what each function is for.

Everything it reads is untrusted: each pointer is compared with its end before it is read or written through."""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memchr, memcmp, memcpy

from leakscan.gitstore._kernel cimport CopyRange, Ranges, apply_noting
from leakscan.gitstore.deltaerror import TreeError

import os
from array import array

ctypedef const uint8_t* Bytes

cdef enum:
    TREE = 2
    BLOB = 3
    TYPE_MASK = 0o170000
    FOLDER = 0o040000
    SUBMODULE = 0o160000
    LONGEST_MODE = 7

cdef uint64_t SEED = int.from_bytes(os.urandom(8), "little") | 1


include "_names.pxi"


@cython.auto_pickle(False)
cdef class Names:
    cdef Py_ssize_t count, width
    cdef uint8_t* ids
    cdef uint32_t* slots
    cdef int shift
    cdef readonly object doubles

    def __cinit__(self):
        self.ids = NULL
        self.slots = NULL

    def __dealloc__(self):
        free(self.ids)
        free(self.slots)

    def __init__(self, Py_ssize_t width, parts):
        cdef Py_ssize_t total = 0, node = 0, number, size
        cdef bytes ids
        cdef const uint32_t[::1] order
        if not 8 <= width <= 64:
            raise ValueError("ids have 8 to 64 bytes")
        for ids, places in parts:
            total += len(ids) // width if places is None else len(places)
        if total >= 1 << 31:
            raise OverflowError("too many objects")
        self.width, self.count, self.shift = width, total, 63
        size = 2
        while size < 2 * total:
            size *= 2
            self.shift -= 1
        free(self.ids)
        free(self.slots)
        self.slots = NULL
        self.ids = <uint8_t*>malloc(total * width + 1)
        self.slots = <uint32_t*>malloc(size * sizeof(uint32_t))
        if self.ids == NULL or self.slots == NULL:
            raise MemoryError
        for number in range(size):
            self.slots[number] = 0
        for ids, places in parts:
            size = len(ids) // width
            if places is None:
                memcpy(self.ids + node * width, PyBytes_AS_STRING(ids), size * width)
                node += size
            elif len(places):
                order = places
                for number in range(order.shape[0]):
                    if order[number] >= size:
                        raise IndexError("a place behind the last id")
                    memcpy(self.ids + node * width, PyBytes_AS_STRING(ids) + order[number] * width, width)
                    node += 1
        self.doubles = array("I")
        for node in range(total):
            number = self.slot(self.ids + node * width)
            if self.slots[number]:
                self.doubles.append(node)
            else:
                self.slots[number] = <uint32_t>(node + 1)

    def __len__(self):
        return self.count

    def name(self, Py_ssize_t node):
        if not 0 <= node < self.count:
            raise IndexError("no such node")
        return PyBytes_FromStringAndSize(<const char*>self.ids + node * self.width, self.width)

    def find(self, bytes name not None):
        return self.node(<Bytes>PyBytes_AS_STRING(name)) if PyBytes_GET_SIZE(name) == self.width else -1

    cdef Py_ssize_t slot(self, Bytes name) noexcept:
        """Where this id is, or would be: half of the slots are empty, so that the search ends."""
        cdef uint64_t head
        cdef Py_ssize_t place, mask = (<Py_ssize_t>1 << (64 - self.shift)) - 1
        memcpy(&head, name, 8)
        place = <Py_ssize_t>(((head ^ (head >> 32)) * SEED) >> self.shift)
        while self.slots[place]:
            if memcmp(self.ids + (self.slots[place] - 1) * <Py_ssize_t>self.width, name, self.width) == 0:
                break
            place = (place + 1) & mask
        return place

    cdef Py_ssize_t node(self, Bytes name) noexcept:
        return <Py_ssize_t>self.slots[self.slot(name)] - 1


@cython.auto_pickle(False)
@cython.final
cdef class Tree:
    cdef readonly bytes data
    cdef readonly list marks
    cdef readonly list marked
    cdef uint32_t* begins
    cdef Py_ssize_t count, room

    def __cinit__(self, bytes data not None):
        self.data = data
        self.marks = []
        self.marked = []
        self.begins = NULL
        self.count = 0
        self.room = 0

    def __dealloc__(self):
        free(self.begins)

    def __len__(self):
        return PyBytes_GET_SIZE(self.data) + 4 * self.count

    @property
    def starts(self):
        return array("I", [self.begins[number] for number in range(self.count)])

    cdef int reserve(self, Py_ssize_t more) except -1:
        cdef uint32_t* grown
        if self.count + more > self.room:
            self.room = self.count + more + (self.room >> 1) + 8
            grown = <uint32_t*>realloc(self.begins, self.room * sizeof(uint32_t))
            if grown == NULL:
                raise MemoryError
            self.begins = grown
        return 0

    cdef Py_ssize_t place_of(self, Py_ssize_t start) noexcept:
        """The first entry that starts at `start` or behind it."""
        cdef Py_ssize_t low = 0, high = self.count, middle
        while low < high:
            middle = (low + high) // 2
            if <Py_ssize_t>self.begins[middle] < start:
                low = middle + 1
            else:
                high = middle
        return low


@cython.auto_pickle(False)
cdef class TreeReader:
    cdef Names names
    cdef Py_ssize_t width
    cdef const uint8_t[::1] kinds
    cdef const uint8_t[::1] wanted
    cdef NameCheck check
    cdef public set children
    cdef public set named
    cdef public dict absent

    def __init__(self, Names names not None, Py_ssize_t width, kinds, wanted, may_hold=None):
        if width != names.width or len(kinds) < len(names):
            raise ValueError("the kinds and names are not of one store")
        self.names, self.width, self.kinds, self.wanted = names, width, kinds, wanted
        self.check = None if may_hold is None else NameCheck(may_hold)
        self.children = set()
        self.named = set()
        self.absent = {}

    def read(self, bytes data not None):
        cdef Tree tree = Tree(data)
        self.finish(tree, self.parse(tree, 0, PyBytes_GET_SIZE(data)))
        return tree

    def apply(self, Tree base not None, bytes delta not None, Py_ssize_t limit):
        cdef Ranges ranges = Ranges()
        cdef Tree tree = Tree(apply_noting(base.data, delta, limit, ranges))
        cdef Py_ssize_t place = 0, number
        for number in range(ranges.count):
            place = self.inherit(tree, base, place, ranges.items[number])
        self.finish(tree, self.parse(tree, place, PyBytes_GET_SIZE(tree.data)))
        return tree, len(tree.marks) > 0

    cdef Py_ssize_t inherit(self, Tree tree, Tree base, Py_ssize_t place, CopyRange copied) except -2:
        cdef Py_ssize_t end = copied.start + copied.length, first, following, image
        while place < end:
            if place >= copied.start:
                image = copied.offset + place - copied.start
                first = base.place_of(image)
                if first < base.count and <Py_ssize_t>base.begins[first] == image:
                    return self.take_over(tree, base, first, copied)
            following = self.entry(tree, place, end)
            if following < 0:
                return place
            place = following
        return place

    cdef Py_ssize_t take_over(self, Tree tree, Tree base, Py_ssize_t first, CopyRange copied) except -2:
        cdef Py_ssize_t end = copied.offset + copied.length, size = PyBytes_GET_SIZE(base.data)
        cdef Py_ssize_t last = base.place_of(end + 1), shift = copied.start - copied.offset
        cdef Py_ssize_t before = tree.count, number, mark
        if size > end:
            last -= 1
        tree.reserve(last - first)
        for number in range(first, last):
            tree.begins[tree.count] = <uint32_t>(<Py_ssize_t>base.begins[number] + shift)
            tree.count += 1
        for mark in range(len(base.marked)):
            number = base.marked[mark]
            if first <= number < last:
                tree.marks.append(base.marks[mark])
                tree.marked.append(before + number - first)
        return (<Py_ssize_t>base.begins[last] if last < base.count else size) + shift

    cdef Py_ssize_t parse(self, Tree tree, Py_ssize_t place, Py_ssize_t end) except -2:
        while 0 <= place < end:
            place = self.entry(tree, place, end)
        return place

    cdef int finish(self, Tree tree, Py_ssize_t place) except -1:
        if place != PyBytes_GET_SIZE(tree.data):
            raise TreeError("it is cut off")
        return 0

    cdef Py_ssize_t entry(self, Tree tree, Py_ssize_t place, Py_ssize_t end) except -2:
        """0 <= place < end <= the size of the tree."""
        cdef Bytes data = <Bytes>PyBytes_AS_STRING(tree.data)
        cdef Py_ssize_t at = place, following
        cdef uint32_t mode = 0
        cdef Bytes zero
        while at < end and at - place <= LONGEST_MODE and 48 <= data[at] <= 55:
            mode = mode * 8 + (data[at] - 48)
            at += 1
        if at - place > LONGEST_MODE:
            raise TreeError("it is malformed")
        if at >= end:
            return -1
        if data[at] != 32 or at == place:
            raise TreeError("it is malformed")
        at += 1
        zero = <Bytes>memchr(data + at, 0, end - at)
        if zero == data + at and at < end:
            raise TreeError("it is malformed")
        if zero == NULL or end - (zero - data) - 1 < self.width:
            return -1
        following = (zero - data) + 1 + self.width
        tree.reserve(1)
        tree.begins[tree.count] = <uint32_t>place
        tree.count += 1
        self.look_up(tree, mode & TYPE_MASK, data + at, zero)
        return following

    cdef int look_up(self, Tree tree, uint32_t kind, Bytes name, Bytes zero) except -1:
        cdef Py_ssize_t node
        cdef uint8_t known
        if kind == SUBMODULE:
            return 0
        node = self.names.node(zero + 1)
        if node < 0:
            oid = PyBytes_FromStringAndSize(<const char*>zero + 1, self.width)
            node = self.absent.setdefault(oid, self.names.count + len(self.absent))
        else:
            known = self.kinds[node]
            if (known == TREE) != (kind == FOLDER) or (known != TREE and known != BLOB):
                raise TreeError("it names an object of another kind than it says")
            if kind == FOLDER and self.children is not None:
                self.children.add(node)
            if self.check is not None and zero - name >= LEAST_RUN and self.check.may_hold(name, zero - name):
                self.named.add(node)
        if node < self.wanted.shape[0] and self.wanted[node]:
            tree.marks.append((node, PyBytes_FromStringAndSize(<const char*>name, zero - name)))
            tree.marked.append(tree.count - 1)
        return 0


def find_entry(bytes data not None, bytes name not None, Py_ssize_t width):
    cdef Bytes start = <Bytes>PyBytes_AS_STRING(data)
    cdef Bytes wanted = <Bytes>PyBytes_AS_STRING(name)
    cdef Py_ssize_t size = PyBytes_GET_SIZE(data), length = PyBytes_GET_SIZE(name)
    cdef Py_ssize_t place = 0, at = 0, zero, found = -1
    cdef uint32_t mode, found_mode = 0
    cdef Bytes end
    if not 1 <= width <= 64:
        raise ValueError("ids have 1 to 64 bytes")
    while place < size:
        mode = 0
        at = place
        while at < size and at - place <= LONGEST_MODE and 48 <= start[at] <= 55:
            mode = mode * 8 + (start[at] - 48)
            at += 1
        if at == place or at >= size or start[at] != 32:
            break
        at += 1
        end = <Bytes>memchr(start + at, 0, size - at)
        if end == NULL or end == start + at or size - (end - start) - 1 < width:
            break
        zero = end - start
        if zero - at == length and memcmp(start + at, wanted, length) == 0:
            found, found_mode = zero + 1, mode
        place = zero + 1 + width
    return (found_mode, data[found : found + width].hex()) if found >= 0 else (0, "")
