# cython: language_level=3, boundscheck=True, wraparound=False, cdivision=True, initializedcheck=True
"""The compiled part of the randomness score. reference_counts.py is its twin in Python and says what is counted."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t

from leakscan.anchors.written_model import KIND_BITS, LETTER_BITS
from leakscan.detect.reference_counts import DIGIT_BITS, MAX_PERIOD

ctypedef const uint8_t* Bytes

cdef double LETTER[27][26]
cdef double KIND[3][3]  # lower case, upper case, digit
cdef double DIGIT = DIGIT_BITS
cdef Py_ssize_t MOST = MAX_PERIOD
for _row in range(27):
    for _code in range(26):
        LETTER[_row][_code] = int(LETTER_BITS[_row][_code])
for _row in range(3):
    for _code in range(3):
        KIND[_row][_code] = KIND_BITS["lud"[_row] + "lud"[_code]]


def count_repeats(bytes value not None):
    cdef Bytes data = <Bytes>PyBytes_AS_STRING(value)
    cdef Py_ssize_t size = PyBytes_GET_SIZE(value), period, place, count, most = 0
    for period in range(1, min(MOST, size)):
        count = 0
        for place in range(period, size):
            count += data[place] == data[place - period]
        most = max(most, count)
    return most


def count_steps(bytes value not None):
    cdef Bytes data = <Bytes>PyBytes_AS_STRING(value)
    cdef Py_ssize_t size = PyBytes_GET_SIZE(value), place, count = 0
    for place in range(1, size):
        count += data[place] == data[place - 1] + 1 or data[place] + 1 == data[place - 1]
    return count


cdef inline int _kind(uint8_t code) except -1:
    if 97 <= code <= 122:
        return 0
    if 65 <= code <= 90:
        return 1
    if 48 <= code <= 57:
        return 2
    raise ValueError("letters and digits only")


def written_bits(bytes value not None):
    cdef Bytes data = <Bytes>PyBytes_AS_STRING(value)
    cdef Py_ssize_t size = PyBytes_GET_SIZE(value), place
    cdef int kind, last = -1, row = 0, letter
    cdef double cost = 0
    for place in range(size):
        kind = _kind(data[place])
        if last >= 0:
            cost += KIND[last][kind]
        last = kind
    for place in range(size):
        if data[place] < 58:
            cost += DIGIT
            row = 0
        else:
            letter = (data[place] | 32) - 97
            cost += LETTER[row][letter]
            row = letter + 1
    return cost
