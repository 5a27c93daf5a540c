# Which tokens may be values. reference_tokens.py says what is asked, and is the twin.

from leakscan.anchors.written_model import KIND_BITS, LETTER_BITS

cdef enum:
    DIGIT_COST = 333, DRAWN_OF_32 = 500, DRAWN_OF_36 = 516, DRAWN_OF_62 = 595, LONG_TOKEN = 60, LEAST_OF_LONG = 1200

cdef int LETTER_COST[27][26]
cdef int KIND_COST[5][5]
for _row in range(27):
    for _code in range(26):
        LETTER_COST[_row][_code] = 100 * int(LETTER_BITS[_row][_code])
for _row in range(5):
    for _code in range(5):
        KIND_COST[_row][_code] = round(100 * KIND_BITS.get("  lud"[_row] + "  lud"[_code], 0))


cdef inline bint _is_hex(uint8_t code) noexcept:
    return 48 <= code <= 57 or 97 <= code | 32 <= 102


cdef bint _is_name(Bytes data, Py_ssize_t size, Py_ssize_t begin, Py_ssize_t end) noexcept:
    cdef uint8_t before = data[begin - 1] if begin > 0 else 0
    cdef uint8_t after = data[end] if end < size else 0
    cdef Py_ssize_t place
    if after == c"(" or before == c"#":
        return True
    if begin == 0 or before in (c'"', c"'", c"`", c"="):
        return False
    if after not in (c";", c",", c")", c".", c"[", c"-"):
        return False
    for place in range(begin, end):
        if KIND[data[place]] < LOWER or KIND[data[place]] == DIGIT:
            return False
    return True


cdef bint _may_be_drawn(Bytes data, Py_ssize_t begin, Py_ssize_t end) noexcept:
    """data[begin:end] is a token of two characters or more."""
    cdef uint8_t before = data[begin - 1] if begin > 0 else 0
    cdef Py_ssize_t place
    if before == c"\\" or before == c"%" or (data[begin] == c"/" and data[begin + 1] == c"/"):
        return True
    if before == c"=" and _is_hex(data[begin]) and _is_hex(data[begin + 1]):
        return True
    if _is_costly(data, begin, end):
        return True
    for place in range(begin, end):
        if data[place] == c"-":
            return _is_costly(data, place + 1, end)
    return False


cdef bint _is_costly(Bytes data, Py_ssize_t begin, Py_ssize_t end) noexcept:
    cdef bint hexadecimal = True, base32 = True, lower = False, upper = False
    cdef Py_ssize_t place, count = 0, cost = 0
    cdef int row = 0, last = 0, kind, streak = 0, digits = 0
    cdef uint8_t code
    for place in range(begin, end):
        code = data[place]
        kind = KIND[code]
        if not _is_hex(code):
            streak = digits = 0
        else:
            streak += 1
            digits += kind == DIGIT
            if streak > 8 and KIND[data[place - 8]] == DIGIT:
                digits -= 1
            if streak >= 8 and digits >= 2:
                return True
        if kind == SYMBOL:
            continue
        count += 1
        cost += KIND_COST[last][kind]
        last = kind
        if not _is_hex(code):
            hexadecimal = False
        if kind == DIGIT:
            cost += DIGIT_COST
            row = 0
            if code < 50 or code > 55:
                base32 = False
        else:
            if kind == LOWER:
                lower = True
            else:
                upper = True
            code = (code | 32) - 97
            cost += LETTER_COST[row][code]
            row = code + 1
    if hexadecimal:
        return True
    cost -= count * (DRAWN_OF_62 if lower and upper else DRAWN_OF_36 if lower or not base32 else DRAWN_OF_32)
    return cost >= (LEAST_OF_LONG if end - begin >= LONG_TOKEN else (end - begin) * 25 // 2 - 800)
