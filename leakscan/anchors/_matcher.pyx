# cython: language_level=3, boundscheck=True, wraparound=False, cdivision=True, initializedcheck=True
"""The compiled finder of anchors. reference.py is its twin in Python and says what each method is for.

Everything it reads is untrusted: each place is compared with the size before it is read."""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memchr, memcmp, memcpy, memset

from leakscan.anchors.spec import (
    AFTER_REACH,
    HINT_REACH,
    LONGEST_PHRASE,
    LONGEST_TOKEN,
    PHRASE_MARGIN,
    PHRASE_WORDS,
    SHORTEST_PHRASE,
    SHORTEST_TOKEN,
    check_words,
)

cdef enum:
    SYMBOL = 1, LOWER = 2, UPPER = 3, DIGIT = 4  # 0: no part of a token

# What a character of a token adds to the counts of letters and digits, capitals, digits, and symbols: ten bits each.
cdef enum:
    ONE = 1, CAPITAL = 1 << 10, NUMBER = 1 << 20, OTHER = 1 << 30, COUNT = 1023

cdef uint64_t COUNTS[256]
cdef uint8_t KIND[256]
cdef uint8_t FOLDED[256]  # in lower case
cdef uint8_t DRAWN[256]  # letters and digits
for _code in range(256):
    FOLDED[_code] = _code + 32 if 65 <= _code <= 90 else _code
    KIND[_code] = (
        LOWER if 97 <= _code <= 122 else UPPER if 65 <= _code <= 90 else DIGIT if 48 <= _code <= 57
        else SYMBOL if _code in b"+/_-" else 0
    )
    DRAWN[_code] = KIND[_code] > SYMBOL
    COUNTS[_code] = (0, OTHER, ONE, ONE + CAPITAL, ONE + NUMBER)[KIND[_code]]

cdef Py_ssize_t LEAST = SHORTEST_TOKEN
cdef Py_ssize_t MOST = LONGEST_TOKEN
cdef Py_ssize_t REACH = HINT_REACH
cdef Py_ssize_t AFTER = AFTER_REACH

# Which letter of a literal to look for first: capitals are rarer in source code than all else, the last ones most.
_RARE = b"EITSRAONCLPDMUFBHGYWKVJXZQ"


cdef inline Py_ssize_t _start(const uint8_t* table, Bytes data, Py_ssize_t place, Py_ssize_t reach) noexcept:
    """Where the bytes of the table that stand directly before data[place] begin, up to `reach` of them."""
    cdef Py_ssize_t least = max(0, place - reach)
    while place > least and table[data[place - 1]]:
        place -= 1
    return place


cdef inline Py_ssize_t _end(const uint8_t* table, Bytes data, Py_ssize_t place, Py_ssize_t stop) noexcept:
    """Where the bytes of the table that stand from data[place] on end, at `stop` at last."""
    while place < stop and table[data[place]]:
        place += 1
    return place


cdef inline Py_ssize_t _stretch(
    const uint8_t* table, Bytes data, Py_ssize_t size, Py_ssize_t begin, Py_ssize_t stop, Py_ssize_t least
) noexcept:
    """Where from `begin` to `stop` the first `least` bytes of the table stand in a row; -1 if they do nowhere."""
    cdef Py_ssize_t place
    while begin <= stop and begin + least <= size:
        place = begin + least - 1
        while place >= begin and table[data[place]]:
            place -= 1
        if place < begin:
            return begin
        begin = place + 1
    return -1


include "_stretches.pxi"
include "_hidden.pxi"
include "_phrases.pxi"
include "_tokens.pxi"


cdef inline bint _may_be_mixed(uint64_t counts) noexcept:
    """False if there are too few capitals and digits for as many changes: most words end here."""
    cdef uint32_t letters = counts & COUNT, digits = counts >> 20 & COUNT
    cdef uint32_t rare = (counts >> 10 & COUNT) + digits
    return rare * 8 >= letters or (digits > 0 and rare * 20 >= letters)


cdef inline bint _is_hexadecimal(Bytes data, Py_ssize_t size) noexcept:
    while size > 0 and (48 <= data[size - 1] <= 57 or 97 <= data[size - 1] | 32 <= 102):
        size -= 1
    return size == 0


include "_words.pxi"


@cython.auto_pickle(False)
cdef class Matcher:
    def __init__(self, spec):
        cdef bytes literal
        cdef int number
        self.accepts = spec.accepts
        self.shortest = spec.shortest
        self.longest = spec.longest
        self.hidden = spec.hidden
        self.phrases = spec.phrases
        self.gap = max(REACH, HIDDEN_REACH) if spec.hidden else REACH
        self.literals = list(spec.literals)
        self.literal_count = len(self.literals)
        for number, literal in enumerate(self.literals):
            self.literal_bytes[number] = <Bytes>PyBytes_AS_STRING(literal)
            self.literal_sizes[number] = len(literal)
            self.rare[number] = max(range(len(literal)), key=lambda at: _RARE.find(literal[at]))
        self._keep_heads(sorted(set(spec.heads)))
        self.hints = Words(sorted(set(spec.hints)))

    cdef _keep_heads(self, list heads):
        self.heads = b"".join(heads)
        self.head_count = len(heads)
        self.head_ends[0] = 0
        for number, word in enumerate(heads):
            self.head_ends[number + 1] = self.head_ends[number] + <uint16_t>len(word)
            self.head_first[<uint8_t>word[0]] = 1

    def has_anchor(self, bytes data not None):
        cdef Py_ssize_t size = PyBytes_GET_SIZE(data)
        return self.stands(<Bytes>PyBytes_AS_STRING(data), size, 0, size)

    def values(self, bytes data not None):
        cdef Py_ssize_t size = PyBytes_GET_SIZE(data)
        cdef Bytes text = <Bytes>PyBytes_AS_STRING(data)
        cdef Py_ssize_t found[2]
        cdef Py_ssize_t begin = 0, last, place = 0
        cdef list runs = [], tokens = []
        while True:
            begin = _token_start(text, size, begin, size)
            if begin < 0:
                break
            last = _end(KIND, text, begin + LEAST, size)
            if last - begin >= self.shortest >= LEAST:
                self.add_runs(text, size, begin, last, runs)
            if self.is_token(text, size, begin, last):
                tokens.append((begin, last))
            begin = last + 1
        if self.shortest < LEAST:
            self.add_runs(text, size, 0, size, runs)
        while self.phrases and place <= size and _phrase(text, size, place + MARGIN, size, self.accepts, found):
            tokens.append((found[0], found[1]))
            place = found[1] + 1
        return runs, tokens

    cdef int add_runs(self, Bytes data, Py_ssize_t size, Py_ssize_t begin, Py_ssize_t end, list runs) except -1:
        """All of data[begin:end]; none stands across its ends."""
        cdef Py_ssize_t found[2]
        while begin <= end and self.run(data, size, begin, end, found):
            runs.append((found[0], found[1]))
            begin = found[1] + 1
        return 0

    cdef bint stands(self, Bytes data, Py_ssize_t size, Py_ssize_t start, Py_ssize_t end) except -1:
        """An anchor touches data[start:end]; `size` bytes are there, and 0 <= start <= end <= size."""
        cdef Py_ssize_t low = max(0, start - self.gap), high = min(size, end + self.gap)
        cdef Py_ssize_t begin = _start(KIND, data, low, MOST + 1), last
        cdef Py_ssize_t found[2]
        cdef int number
        while True:
            begin = _token_start(data, size, begin, high)
            if begin < 0:
                break
            last = _end(KIND, data, begin + LEAST, size)
            if last - begin >= self.shortest >= LEAST and begin <= end and last >= start and (
                self.run(data, size, max(begin, start), min(last, end), found)
            ):
                return True
            if self.hidden and last - begin >= HIDDEN_PIECE and _hides(data, begin, last, low, high):
                return True
            if begin <= end + REACH and last >= start - AFTER and self.is_token(data, size, begin, last):
                return True
            begin = last + 1
        if self.shortest < LEAST and self.run(data, size, start, end, found):
            return True
        if self.phrases and _phrase(data, size, start, end, self.accepts, found):
            return True
        for number in range(self.literal_count):
            if self.literal(number, data, size, start, end):
                return True
        return self.hidden and (_has_escapes(data, low, high) or _has_wide(data, low, high))

    cdef bint run(self, Bytes data, Py_ssize_t size, Py_ssize_t start, Py_ssize_t end, Py_ssize_t* found) noexcept:
        """The first one that touches."""
        cdef Py_ssize_t begin = _start(DRAWN, data, start, self.longest + 1)
        cdef Py_ssize_t place
        while True:
            begin = _stretch(DRAWN, data, size, begin, end, self.shortest)
            if begin < 0:
                return False
            place = _end(DRAWN, data, begin + self.shortest, size)
            if place - begin <= self.longest and not _is_hexadecimal(data + begin, place - begin) and (
                self.is_whole(data, size, begin, place) and _is_costly(data, begin, place)
            ):
                found[0] = begin
                found[1] = place
                return True
            begin = place + 1

    cdef bint is_whole(self, Bytes data, Py_ssize_t size, Py_ssize_t begin, Py_ssize_t end) noexcept:
        """Nothing of base64 touches the run data[begin:end]; what is longer than a value starts with an escape."""
        cdef uint8_t before = data[begin - 1] if begin > 0 else 0
        if end < size and (KIND[data[end]] == SYMBOL or data[end] == c"="):
            return False
        if end - begin == self.shortest:
            return KIND[before] != SYMBOL
        return before == c"\\" or before == c"%" or before == c"="

    cdef bint is_token(self, Bytes data, Py_ssize_t size, Py_ssize_t begin, Py_ssize_t end) except -1:
        """data[begin:end], at least as long as any, is one that is an anchor."""
        cdef uint64_t counts = 0
        cdef Py_ssize_t place
        if end - begin > MOST or not self.hints.count + self.head_count:
            return False
        for place in range(begin, end):
            counts += COUNTS[data[place]]
        return _may_be_mixed(counts) and self.is_anchored(data, size, begin, end) and self.is_accepted(
            data, size, begin, end
        )

    cdef bint is_anchored(self, Bytes data, Py_ssize_t size, Py_ssize_t begin, Py_ssize_t end) noexcept:
        """The token data[begin:end] is mixed enough, may be a value, and has a head or a hint."""
        cdef Py_ssize_t place, low = max(0, begin - REACH), letters = 0, digits = 0, changes = 0
        cdef uint8_t kind, last = SYMBOL
        cdef int number
        cdef Bytes head
        for place in range(begin, end):
            kind = KIND[data[place]]
            if kind == SYMBOL:
                continue
            letters += 1
            digits += kind == DIGIT
            changes += kind != last and last != SYMBOL
            last = kind
        if not changes or changes * (10 if digits else 4) < letters:
            return False
        if _is_name(data, size, begin, end) or not _may_be_drawn(data, begin, end):
            return False
        if self.head_first[data[begin]]:
            head = <Bytes>PyBytes_AS_STRING(self.heads)
            for number in range(self.head_count):
                place = self.head_ends[number + 1] - self.head_ends[number]
                if place <= end - begin and memcmp(data + begin, head + self.head_ends[number], place) == 0:
                    return True
        return self.hints.first(data, low, begin) >= 0

    cdef bint is_accepted(self, Bytes data, Py_ssize_t size, Py_ssize_t begin, Py_ssize_t end) except -1:
        cdef Py_ssize_t start = max(0, begin - REACH)
        return self.accepts is None or self.accepts(
            PyBytes_FromStringAndSize(<char*>data + start, begin - start),
            PyBytes_FromStringAndSize(<char*>data + begin, end - begin),
            PyBytes_FromStringAndSize(<char*>data + end, min(AFTER, size - end)),
        )

    cdef bint literal(self, int number, Bytes data, Py_ssize_t size, Py_ssize_t start, Py_ssize_t end) noexcept:
        cdef Py_ssize_t length = self.literal_sizes[number], rare = self.rare[number]
        cdef Py_ssize_t place = max(0, start - length + 1) + rare
        cdef Py_ssize_t stop = min(size, end + length - 1) - (length - 1 - rare)
        cdef Bytes found
        while place < stop:
            found = <Bytes>memchr(data + place, self.literal_bytes[number][rare], stop - place)
            if found == NULL:
                return False
            place = found - data
            if memcmp(data + place - rare, self.literal_bytes[number], length) == 0:
                return True
            place += 1
        return False
