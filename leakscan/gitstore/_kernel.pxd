"""What the part of the kernel that reads trees takes from the one that applies deltas."""


cdef struct CopyRange:
    Py_ssize_t start  # in the result
    Py_ssize_t offset  # in the base
    Py_ssize_t length


cdef class Ranges:
    cdef CopyRange* items
    cdef Py_ssize_t count, room
    cdef int add(self, Py_ssize_t start, Py_ssize_t offset, Py_ssize_t length) except -1


cdef bytes apply_noting(bytes base, bytes delta, Py_ssize_t limit, Ranges ranges)
