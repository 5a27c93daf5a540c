# Values that hide: encoded, escaped or in pieces. reference_hidden.py says what is looked for, and is the twin.

_SIXTY_FOUR = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
cdef uint8_t CODE[256]  # of base64
cdef uint8_t FILL[256]  # between two quoted pieces
cdef uint8_t PREFIX[256]  # of a quoted piece in Python
cdef uint8_t ESCAPE[256]  # what the units of escaped text hold besides letters and digits
cdef uint8_t HEX[256]
cdef uint8_t QUOTE[256]
cdef uint8_t SIX[256]  # what a letter of base64 stands for
cdef uint8_t NIBBLE[256]  # what a hexadecimal digit stands for
cdef uint8_t CONTROL[256]  # in no text
cdef uint8_t PLAIN[256]  # of ASCII, in wide text
for _code in range(256):
    CODE[_code] = KIND[_code] > SYMBOL or _code in b"+/"
    FILL[_code] = _code in b" \t\r\n+.&\\()"
    PREFIX[_code] = _code in b"bBrRuUfF"
    ESCAPE[_code] = _code in b"\\%&#;"
    HEX[_code] = _code in b"0123456789abcdefABCDEF"
    QUOTE[_code] = _code in b"\"'`"
    SIX[_code] = max(0, _SIXTY_FOUR.find(_code))
    NIBBLE[_code] = max(0, b"0123456789abcdef".find(_code | 32))
    PLAIN[_code] = 32 <= _code <= 126 or _code in b"\t\n\r"
    CONTROL[_code] = _code < 9 or _code == 11 or 14 <= _code < 32 or _code == 127

cdef enum:
    HIDDEN_REACH = 80
    HIDDEN_RUN = 60
    HIDDEN_PIECE = 32
    HIDDEN_REST = 4
    HIDDEN_FILL = 32
    HIDDEN_UNITS = 12
    HIDDEN_WIDE = 15  # a value has sixteen, of which the first one may have its NUL behind it
    HIDDEN_DRILL = 5
    HIDDEN_HEAD = 48  # letters of base64
    HIDDEN_DIGITS = 60


cdef bint _hides(Bytes data, Py_ssize_t begin, Py_ssize_t end, Py_ssize_t low, Py_ssize_t high) noexcept:
    """A run of base64 or a piece of a value hides in the token data[begin:end], as far as data[low:high] shows it."""
    cdef Py_ssize_t place
    begin, end = max(begin, low), min(end, high)
    while True:
        begin = _stretch(CODE, data, end, begin, end, HIDDEN_PIECE)
        if begin < 0:
            return False
        place = _end(CODE, data, begin + HIDDEN_PIECE, end)
        if _is_hidden(data, begin, place, low, high):
            return True
        begin = place + 1


cdef bint _is_hidden(Bytes data, Py_ssize_t begin, Py_ssize_t end, Py_ssize_t low, Py_ssize_t high) noexcept:
    """The run data[begin:end] of base64, at least a piece long, is encoded, or not all of a value, as far as
    data[low:high] shows it."""
    if (begin > low or low == 0) and end - begin >= HIDDEN_RUN and _speaks(data, begin, end, low):
        return True
    if _goes_on(data, end, high) and _may_be_piece(data, end - HIDDEN_PIECE):
        return True
    return begin > low and _went_before(data, begin, end, low)


cdef bint _has_escapes(Bytes data, Py_ssize_t low, Py_ssize_t high) noexcept:
    """Twelve escapes of one form stand in a row in data[low:high]. Their first characters stand in three blocks at
    most, and one of them in the last of these."""
    cdef uint8_t rest[BLOCK]
    cdef uint64_t bits
    cdef Py_ssize_t place = low
    cdef int count, before = 0, earlier = 0
    while place < high:
        bits = escape_bits(_block(data, high, place, rest))
        count = count_bits(bits) if bits else 0
        if count and earlier + before + count >= HIDDEN_UNITS:
            while bits:
                if _is_escaped(data, place + lowest(bits), low, high):
                    return True
                bits &= bits - 1
        earlier, before = before, count
        place += BLOCK
    return False


cdef bint _has_wide(Bytes data, Py_ssize_t low, Py_ssize_t high) noexcept:
    """Fifteen letters of a value stand in a row in data[low:high] as wide text."""
    cdef Py_ssize_t row[2]
    return _wide(KIND, HIDDEN_WIDE, data, low, high, row)


cdef bint _wide(
    const uint8_t* table, int least, Bytes data, Py_ssize_t low, Py_ssize_t high, Py_ssize_t* row
) noexcept:
    """The first row of `least` and more characters of the table in data[low:high], each with the NULs before it that
    wide text has. Six of them stand in one block."""
    cdef uint64_t bits = 0
    cdef Py_ssize_t place = low
    if place >= high or memchr(data + place, 0, high - place) == NULL:
        return False
    while True:
        place = _wide_block(data, high, place, &bits)
        if place < 0:
            return False
        while bits:
            if _is_wide_row(table, least, data, low, high, place + lowest(bits), row):
                return True
            bits &= bits - 1
        place += BLOCK


cdef bint _is_wide_row(
    const uint8_t* table, int least, Bytes data, Py_ssize_t low, Py_ssize_t high, Py_ssize_t nul, Py_ssize_t* row
) noexcept:
    """The last NUL of a character in such a row stands at data[nul]."""
    cdef int step = 4 if nul + 3 < high and data[nul + 2] == 0 and data[nul + 3] == 0 else 2
    cdef Py_ssize_t start = nul + 2 - step, end = start
    while start >= low and _is_wide(table, data + start, step, high - start):
        start -= step
    start += step
    while _is_wide(table, data + end, step, high - end):
        end += step
    row[0] = start
    row[1] = end
    return end - start >= least * step


cdef inline bint _is_wide(const uint8_t* table, Bytes unit, int step, Py_ssize_t left) noexcept:
    return left >= step and table[unit[step - 1]] and unit[0] == 0 and (step == 2 or (unit[1] == 0 and unit[2] == 0))


def find_wide(bytes data not None):
    cdef Bytes text = <Bytes>PyBytes_AS_STRING(data)
    cdef Py_ssize_t high = PyBytes_GET_SIZE(data), place = 0
    cdef Py_ssize_t row[2]
    cdef list rows = []
    if not _has_wide(text, 0, high):
        return rows
    while _wide(PLAIN, HIDDEN_UNITS, text, place, high, row):
        rows.append((row[0], row[1]))
        place = row[1]
    return rows


def count_nuls(bytes data not None, Py_ssize_t most):
    cdef uint64_t[4] counts
    memset(counts, 0, sizeof(counts))
    _count_nuls(<Bytes>PyBytes_AS_STRING(data), min(most, PyBytes_GET_SIZE(data)), counts)
    return counts[0], counts[1], counts[2], counts[3]


cdef bint _speaks(Bytes data, Py_ssize_t begin, Py_ssize_t end, Py_ssize_t low) noexcept:
    """The run data[begin:end], of at least HIDDEN_RUN letters, starts like encoded text or like a key, and is not the
    second part of a JSON Web Token."""
    if begin > 0 and data[begin - 1] == c"." and memcmp(data + begin, b"eyJ", 3) == 0:
        return False
    if begin > low and data[begin - 1] == c"\\" \
            and (data[begin] == c"n" or data[begin] == c"r" or data[begin] == c"t"):
        begin += 1
    return (
        _is_text_in_base64(data + begin)
        or _is_key_in_base64(data + begin)
        or _is_text_in_digits(data, begin, end)
    )


cdef bint _is_text_in_base64(Bytes head) noexcept:
    """HIDDEN_HEAD letters: at most two bytes of those that can be told at a glance are not ASCII, none is a control
    character, and they are UTF-8; or every other byte is NUL."""
    cdef uint8_t plain[36]
    cdef int place, size = 0, step = 2
    for place in range(0, HIDDEN_HEAD, 4):
        size += SIX[head[place]] >> 5
    if size > 2:
        return False
    size = 0
    for place in range(0, HIDDEN_HEAD, 4):
        plain[size] = SIX[head[place]] << 2 | SIX[head[place + 1]] >> 4
        plain[size + 1] = (SIX[head[place + 1]] & 15) << 4 | SIX[head[place + 2]] >> 2
        plain[size + 2] = (SIX[head[place + 2]] & 3) << 6 | SIX[head[place + 3]]
        size += 3
    for place in range(1, 36, 2):
        if plain[place]:
            step = 1
            break
    for place in range(0, 36, step):
        if CONTROL[plain[place]]:
            return False
    return step == 2 or _is_utf8(plain, 36)


cdef bint _is_utf8(Bytes text, int size) noexcept:
    """A character may be cut off at the end."""
    cdef int place, rest = 0
    cdef uint8_t code
    for place in range(size):
        code = text[place]
        if rest:
            if code & 0xC0 != 0x80:
                return False
            rest -= 1
        elif code >= 0x80:
            if code < 0xC2 or code > 0xF4:
                return False
            rest = 1 if code < 0xE0 else 2 if code < 0xF0 else 3
    return True


cdef bint _is_key_in_base64(Bytes head) noexcept:
    """The DER of a private key starts like this."""
    if head[0] != c"M":
        return False
    if head[1] == c"I":
        return head[2] == c"I" or head[2] == c"G" or head[2] == c"H"
    if head[1] == c"H":
        return (head[2] == c"c" or head[2] == c"Q") and memcmp(head + 3, b"CAQEE", 5) == 0
    if head[1] == c"F":
        return (head[2] == c"E" or head[2] == c"M") and memcmp(head + 3, b"CAQEw", 5) == 0
    return memcmp(head, b"MC4CAQAw", 8) == 0 or memcmp(head, b"MEcCAQAw", 8) == 0


cdef bint _is_text_in_digits(Bytes data, Py_ssize_t begin, Py_ssize_t end) noexcept:
    """HIDDEN_DIGITS hexadecimal digits that hold UTF-8 without control characters, or NULs as in wide text."""
    cdef uint8_t plain[30]
    cdef Py_ssize_t place
    cdef int nuls = 0, others = 0, size = 0
    cdef uint8_t code
    if data[begin] == c"0" and data[begin + 1] | 32 == c"x":
        begin += 2
    if end - begin < HIDDEN_DIGITS:
        return False
    for place in range(begin, begin + HIDDEN_DIGITS, 2):
        if not HEX[data[place]] or not HEX[data[place + 1]]:
            return False
        code = NIBBLE[data[place]] << 4 | NIBBLE[data[place + 1]]
        nuls += code == 0
        others += CONTROL[code] and code != 0
        plain[size] = code
        size += 1
    return 7 <= nuls <= 23 or (nuls == 0 and others == 0 and _is_utf8(plain, size))


cdef bint _has_drill(Bytes data, Py_ssize_t start, Py_ssize_t end) noexcept:
    """Five equal bytes, or five that count up, stand in data[start:end]."""
    cdef Py_ssize_t place
    cdef int same = 1, up = 1
    for place in range(start + 1, end):
        same = same + 1 if data[place] == data[place - 1] else 1
        up = up + 1 if data[place] == data[place - 1] + 1 else 1
        if same >= HIDDEN_DRILL or up >= HIDDEN_DRILL:
            return True
    return False


cdef bint _rest(Bytes data, Py_ssize_t place, Py_ssize_t high) noexcept:
    """Another piece starts here."""
    cdef Py_ssize_t end = place + HIDDEN_REST
    if end > high:
        return False
    while place < end and CODE[data[place]]:
        place += 1
    return place == end


cdef bint _rest_before(Bytes data, Py_ssize_t place, Py_ssize_t low) noexcept:
    return place - HIDDEN_REST >= low and _rest(data, place - HIDDEN_REST, place)


cdef bint _is_mark(Bytes data, Py_ssize_t place, Py_ssize_t high) noexcept:
    """2B, 2F or 3D: plus, slash, equals."""
    if place + 2 > high:
        return False
    if data[place] == c"2":
        return data[place + 1] | 32 == c"b" or data[place + 1] | 32 == c"f"
    return data[place] == c"3" and data[place + 1] | 32 == c"d"


cdef Py_ssize_t _mark(Bytes data, Py_ssize_t place, Py_ssize_t high) noexcept:
    """How long the escaped plus, slash or equals is that stands here, 0 if none does."""
    cdef Py_ssize_t left = high - place
    cdef uint8_t one, other
    if left < 2:
        return 0
    if data[place] == c"%":
        return 3 if _is_mark(data, place + 1, high) else 0
    if data[place] == c"\\":
        if data[place + 1] == c"/":
            return 2
        if data[place + 1] == c"x":
            return 4 if _is_mark(data, place + 2, high) else 0
        if left >= 6 and data[place + 1] == c"u" and data[place + 2] == c"0" and data[place + 3] == c"0":
            return 6 if _is_mark(data, place + 4, high) else 0
        return 0
    if data[place] != c"&" or data[place + 1] != c"#" or left < 5:
        return 0
    if data[place + 2] | 32 == c"x":
        return 6 if left >= 6 and _is_mark(data, place + 3, high) and data[place + 5] == c";" else 0
    one, other = data[place + 2], data[place + 3]
    if data[place + 4] != c";":
        return 0
    return 5 if (one == c"4" and (other == c"3" or other == c"7")) or (one == c"6" and other == c"1") else 0


cdef bint _goes_on(Bytes data, Py_ssize_t place, Py_ssize_t high) noexcept:
    """The piece that ends here is not all: an escaped mark follows, or a line or a string goes on with another."""
    cdef Py_ssize_t count = 0
    if place >= high:
        return False
    if _mark(data, place, high):
        return True
    if data[place] == c"\\":
        if place + 1 < high and QUOTE[data[place + 1]]:
            place += 1
        else:
            place += 1
            if place < high and data[place] == c"\r":
                place += 1
            if place >= high or data[place] != c"\n":
                return False
            place += 1
            while place < high and count < HIDDEN_FILL and (data[place] == c" " or data[place] == c"\t"):
                place += 1
                count += 1
            return _rest(data, place, high)
    if not QUOTE[data[place]]:
        return False
    place += 1
    while place < high and count < HIDDEN_FILL and FILL[data[place]]:
        place += 1
        count += 1
    count = 0
    while place < high and count < 2 and PREFIX[data[place]]:
        place += 1
        count += 1
    return place < high and QUOTE[data[place]] and _rest(data, place + 1, high)


cdef bint _may_be_piece(Bytes data, Py_ssize_t start) noexcept:
    """HIDDEN_PIECE letters from data[start] on may be drawn: no words, as those of a path that is imported, and no
    drill."""
    cdef Py_ssize_t end = start + HIDDEN_PIECE
    return not _has_drill(data, start, end) and _is_costly(data, start, end)


cdef bint _went_before(Bytes data, Py_ssize_t begin, Py_ssize_t end, Py_ssize_t low) noexcept:
    """The piece data[begin:end] is not all: the same to its left; low < begin."""
    cdef Py_ssize_t place = begin - 1, length, count = 0
    cdef uint8_t code = data[place]
    if code == c"%" or code == c"\\":  # what follows in the escape is of base64, too
        length = _mark(data, place, end)
        place += length
        return length > 0 and end - place >= HIDDEN_PIECE and _may_be_piece(data, place)
    if not _may_be_piece(data, begin):
        return False
    if code == c";":
        return (
            (begin - 5 >= low and _mark(data, begin - 5, begin) == 5)
            or (begin - 6 >= low and _mark(data, begin - 6, begin) == 6)
        )
    if code == c" " or code == c"\t" or code == c"\n":
        while place >= low and count < HIDDEN_FILL and (data[place] == c" " or data[place] == c"\t"):
            place -= 1
            count += 1
        if place < low or data[place] != c"\n":
            return False
        place -= 1
        if place >= low and data[place] == c"\r":
            place -= 1
        return place >= low and data[place] == c"\\" and _rest_before(data, place, low)
    if not QUOTE[code]:
        return False
    place -= 1
    while place >= low and count < 2 and PREFIX[data[place]]:
        place -= 1
        count += 1
    count = 0
    while place >= low and count < HIDDEN_FILL and FILL[data[place]]:
        place -= 1
        count += 1
    if place < low or not QUOTE[data[place]]:
        return False
    if place > low and data[place - 1] == c"\\":
        place -= 1
    return _rest_before(data, place, low)


cdef Py_ssize_t _unit(Bytes data, Py_ssize_t place, Py_ssize_t high) noexcept:
    """How long the escaped letter or digit is that stands here, 0 if none does."""
    cdef Py_ssize_t left = high - place, size
    if left < 3:
        return 0
    if data[place] == c"%":
        size = 3
    elif data[place] == c"\\" and data[place + 1] == c"x":
        size = 4
    elif data[place] == c"\\" and left >= 6 and data[place + 1] == c"u" and data[place + 2] == c"0" \
            and data[place + 3] == c"0":
        size = 6
    elif data[place] == c"&" and data[place + 1] == c"#":
        size = 3 if data[place + 2] | 32 == c"x" else 2
        while size < left and size < 5 and HEX[data[place + size]]:
            size += 1
        return size + 1 if size >= 4 and size < left and data[place + size] == c";" else 0
    else:
        return 0
    if left < size or data[place + size - 2] < c"2" or data[place + size - 2] > c"7":
        return 0
    return size if HEX[data[place + size - 1]] else 0


cdef Py_ssize_t _unit_start(Bytes data, Py_ssize_t place, Py_ssize_t low) noexcept:
    """Where the escape would start that this byte belongs to."""
    cdef Py_ssize_t start = max(low, place - 5)
    if data[place] == c"#" or data[place] == c";":
        while place > start and data[place] != c"&":
            place -= 1
    return place


cdef Py_ssize_t _unit_before(Bytes data, Py_ssize_t start, Py_ssize_t low) noexcept:
    """How long the escape of the same form is that ends where the one at `start` starts, 0 if none does."""
    cdef Py_ssize_t length
    if data[start] == c"%":
        length = 3
    elif data[start] == c"&":
        length = 5 if start - 5 >= low and _unit(data, start - 5, start) == 5 else 6
    else:
        length = 4 if data[start + 1] == c"x" else 6
    if start - length < low or data[start - length] != data[start]:
        return 0
    return length if _unit(data, start - length, start) == length else 0


cdef bint _is_escaped(Bytes data, Py_ssize_t place, Py_ssize_t low, Py_ssize_t high) noexcept:
    """Twelve escapes of one form stand in a row around this byte, low <= place < high."""
    cdef Py_ssize_t start = _unit_start(data, place, low), length, size
    cdef int count = 0
    length = _unit(data, start, high)
    if length == 0 or start + length <= place:  # a `;` behind an escape of another form ends none
        return False
    place = start
    while count < HIDDEN_UNITS:
        size = _unit(data, place, high)
        if size == 0 or data[place] != data[start] or (size != length and data[start] != c"&"):
            break
        place += size
        count += 1
    while count < HIDDEN_UNITS:
        size = _unit_before(data, start, low)
        if size == 0:
            break
        start -= size
        count += 1
    return count >= HIDDEN_UNITS


def find_hidden(bytes data not None):
    cdef Bytes text = <Bytes>PyBytes_AS_STRING(data)
    cdef Py_ssize_t high = PyBytes_GET_SIZE(data)
    cdef Py_ssize_t begin = 0, place, last, start, end, size
    cdef list spans = []
    while True:
        last = begin + HIDDEN_PIECE - 1
        if last >= high:
            return spans
        place = last
        while place >= begin and CODE[text[place]]:
            place -= 1
        if place < begin:
            place = _end(CODE, text, last + 1, high)
            if _is_hidden(text, begin, place, 0, high):
                spans.append((begin, place))
        if place < high and ESCAPE[text[place]] and _is_escaped(text, place, 0, high):
            start = _unit_start(text, place, 0)
            end = start + _unit(text, start, high)
            while True:
                size = _unit_before(text, start, 0)
                if size == 0:
                    break
                start -= size
            while end < high and text[end] == text[start]:
                size = _unit(text, end, high)
                if size == 0 or (text[start] != c"&" and size != _unit(text, start, high)):
                    break
                end += size
            spans.append((start, end))
            begin = end if text[start] == c"&" else end - _unit(text, start, high) + 1
        else:
            begin = place + 1
