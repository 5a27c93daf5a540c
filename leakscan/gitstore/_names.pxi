# Names that may hold a value. kernel_reference_trees.py says which, and is the twin.

cdef enum:
    LEAST_RUN = 16
    LONG_NAME = 64
    REFUSED = 1 << 13

cdef uint8_t KIND[256]  # of a token: 1; and 2 for digits and capitals, 4 for what is not of a digest
for _code in range(256):
    KIND[_code] = 4 * (_code not in b"0123456789ABCDEFabcdef_+-")
    if 48 <= _code <= 57 or 65 <= _code <= 90:
        KIND[_code] |= 3
    elif 97 <= _code <= 122 or _code in b"+_-":
        KIND[_code] |= 1


@cython.auto_pickle(False)
@cython.final
cdef class NameCheck:
    """Asks its caller about names that may be values. Most stand in many trees: what was refused is remembered."""

    cdef object ask
    cdef uint8_t* refused  # the size of each name, and its bytes

    def __cinit__(self, ask):
        self.ask = ask
        self.refused = <uint8_t*>calloc(REFUSED, LONG_NAME)
        if self.refused == NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.refused)

    cdef bint may_hold(self, Bytes name, Py_ssize_t size) except -1:
        """`size` is LEAST_RUN or more."""
        cdef uint8_t* refused = self.refused + LONG_NAME * _slot_of(name, size)
        if refused[0] == size and memcmp(refused + 1, name, size) == 0:
            return False
        if _may_be_value(name, size) and self.ask(PyBytes_FromStringAndSize(<const char*>name, size)):
            return True
        if size < LONG_NAME:
            refused[0] = <uint8_t>size
            memcpy(refused + 1, name, size)
        return False


cdef inline Py_ssize_t _slot_of(Bytes name, Py_ssize_t size) noexcept:
    cdef uint64_t word, mixed = 0
    cdef Py_ssize_t place
    for place in range(0, size - 8, 8):
        memcpy(&word, name + place, 8)
        mixed = (mixed ^ word) * SEED
        mixed ^= mixed >> 32
    memcpy(&word, name + size - 8, 8)
    return <Py_ssize_t>((mixed ^ word) * SEED >> 51)  # of REFUSED


cdef bint _may_be_value(Bytes name, Py_ssize_t size) noexcept:
    cdef Py_ssize_t place = LEAST_RUN - 1, least = 0, at
    cdef uint8_t kinds = 0
    if size >= LONG_NAME:
        return True
    for at in range(size):
        kinds |= KIND[name[at]]
    while kinds >= 6 and place < size:
        at = place
        while at >= least and KIND[name[at]] & 1:
            at -= 1
        if at < least:
            return True
        least = at + 1
        place = at + LEAST_RUN
    return False
