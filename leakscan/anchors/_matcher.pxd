from libc.stdint cimport uint8_t, uint16_t

ctypedef const uint8_t* Bytes


cdef class Words:
    cdef list order  # the number of each word among those given
    cdef bytes text  # all of them, by the hash of their first three letters
    cdef int count
    cdef uint16_t[2049] ends
    cdef uint16_t[32769] buckets
    cdef uint8_t[4096] filter  # one bit a bucket: whether it holds any

    cdef Py_ssize_t first(self, Bytes data, Py_ssize_t start, Py_ssize_t end) noexcept
    cdef int next(self, int number, Bytes data, Py_ssize_t place, Py_ssize_t end, int bucket) noexcept


cdef class Matcher:
    cdef object accepts
    cdef Py_ssize_t shortest, longest, gap
    cdef bint hidden, phrases
    cdef int literal_count, head_count
    cdef list literals  # keeps alive what the pointers below point into
    cdef Words hints
    cdef bytes heads
    cdef Bytes[32] literal_bytes
    cdef Py_ssize_t[32] literal_sizes, rare
    cdef uint16_t[257] head_ends
    cdef uint8_t[256] head_first

    cdef _keep_heads(self, list heads)
    cdef bint stands(self, Bytes data, Py_ssize_t size, Py_ssize_t start, Py_ssize_t end) except -1
    cdef bint run(self, Bytes data, Py_ssize_t size, Py_ssize_t start, Py_ssize_t end, Py_ssize_t* found) noexcept
    cdef bint is_whole(self, Bytes data, Py_ssize_t size, Py_ssize_t begin, Py_ssize_t end) noexcept
    cdef bint literal(self, int number, Bytes data, Py_ssize_t size, Py_ssize_t start, Py_ssize_t end) noexcept
    cdef int add_runs(self, Bytes data, Py_ssize_t size, Py_ssize_t begin, Py_ssize_t end, list runs) except -1
    cdef bint is_token(self, Bytes data, Py_ssize_t size, Py_ssize_t begin, Py_ssize_t end) except -1
    cdef bint is_accepted(self, Bytes data, Py_ssize_t size, Py_ssize_t begin, Py_ssize_t end) except -1
    cdef bint is_anchored(self, Bytes data, Py_ssize_t size, Py_ssize_t begin, Py_ssize_t end) noexcept
