# Recovery phrases: exactly so many words of a few lower-case letters with single spaces between them.

cdef uint8_t WORDLY[256]  # of lower-case words and the spaces between them
for _code in range(256):
    WORDLY[_code] = 97 <= _code <= 122 or _code == 32

cdef Py_ssize_t LEAST_OF_PHRASE = SHORTEST_PHRASE
cdef Py_ssize_t MOST_OF_PHRASE = LONGEST_PHRASE
cdef Py_ssize_t MARGIN = PHRASE_MARGIN
cdef int WORDS = PHRASE_WORDS


cdef bint _phrase(Bytes data, Py_ssize_t size, Py_ssize_t start, Py_ssize_t end, object accepts, Py_ssize_t* found) except -1:
    """The first one that touches data[start:end] with itself or the bytes beside it."""
    cdef Py_ssize_t begin = _start(WORDLY, data, max(0, start - MARGIN), MOST_OF_PHRASE + MARGIN)
    cdef Py_ssize_t stop = end + MARGIN
    cdef Py_ssize_t place
    cdef int words
    while True:
        begin = _stretch(WORDLY, data, size, begin, stop, LEAST_OF_PHRASE)
        if begin < 0:
            return False
        place = begin
        if begin > 0 and WORDLY[data[begin - 1]]:  # the line of words began further left: nothing of it touches
            place = _break(data, size, begin + 1, stop)
        while place < size and place <= stop and WORDLY[data[place]]:
            if data[place] == c" ":
                place += 1
                continue
            found[0] = place
            words = _count(data, size, &place, stop + MOST_OF_PHRASE + MARGIN)
            if words < 0:
                return False
            if words == WORDS and place + MARGIN >= start and _is_phrase(data, found[0], place, accepts):
                found[1] = place
                return True
        begin = place + 1


cdef inline Py_ssize_t _break(Bytes data, Py_ssize_t size, Py_ssize_t place, Py_ssize_t stop) noexcept:
    """Where the single spaces between words end: at a second space, at what is of no word, or behind `stop`."""
    while place < size and place <= stop and WORDLY[data[place]] and (data[place] != c" " or data[place - 1] != c" "):
        place += 1
    return place


cdef int _count(Bytes data, Py_ssize_t size, Py_ssize_t* at, Py_ssize_t limit) noexcept:
    """How many words of the right length stand from `at[0]` with single spaces between them, 0 if one has another
    length, -1 if they go on behind `limit`; `at[0]` becomes the place behind the last one."""
    cdef Py_ssize_t place = at[0], first = at[0]
    cdef int words = 1
    cdef bint fits = True
    while place < size and WORDLY[data[place]]:
        if place > limit:
            return -1
        if data[place] == c" ":
            if place + 1 >= size or not 97 <= data[place + 1] <= 122:
                break
            fits = fits and 3 <= place - first <= 8
            words += 1
            first = place + 1
        place += 1
    at[0] = place
    return words if fits and 3 <= place - first <= 8 else 0


cdef inline bint _is_phrase(Bytes data, Py_ssize_t start, Py_ssize_t end, object accepts) except -1:
    return accepts is None or accepts(b"", PyBytes_FromStringAndSize(<char*>data + start, end - start), b"")
