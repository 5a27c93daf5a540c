# Words that are looked for in any case. Words in reference_words.py says what is found, and is the twin.

cdef inline int _bucket(Bytes data) noexcept:
    return (FOLDED[data[0]] & 31) << 10 | (FOLDED[data[1]] & 31) << 5 | (FOLDED[data[2]] & 31)


def _hash(bytes word):
    return _bucket(<Bytes>PyBytes_AS_STRING(word))


@cython.auto_pickle(False)
cdef class Words:
    def __init__(self, words):
        cdef list given = list(words)
        cdef bytes word
        cdef int number, bucket
        check_words(given)
        self.order = sorted(range(len(given)), key=lambda number: (_hash(given[number]), given[number]))
        self.text = b"".join([given[number] for number in self.order])
        self.count = len(given)
        self.ends[0] = 0
        for number in range(self.count):
            word = given[self.order[number]]
            self.ends[number + 1] = self.ends[number] + <uint16_t>len(word)
            bucket = _hash(word)
            self.filter[bucket >> 3] |= 1 << (bucket & 7)
            self.buckets[bucket + 1] += 1
        for bucket in range(1 << 15):
            self.buckets[bucket + 1] += self.buckets[bucket]

    def find(self, bytes data not None, Py_ssize_t start, Py_ssize_t end):
        cdef Bytes text = <Bytes>PyBytes_AS_STRING(data)
        cdef Py_ssize_t place
        cdef int bucket, number
        cdef list found = []
        end = min(end, PyBytes_GET_SIZE(data))
        place = self.first(text, max(0, start), end)
        while place >= 0:
            bucket = _bucket(text + place)
            number = self.next(self.buckets[bucket], text, place, end, bucket)
            while number >= 0:
                found.append((place, self.order[number]))
                number = self.next(number + 1, text, place, end, bucket)
            place = self.first(text, place + 1, end)
        return found

    cdef Py_ssize_t first(self, Bytes data, Py_ssize_t start, Py_ssize_t end) noexcept:
        """Where the first of them in data[start:end] begins; -1 if there is none."""
        cdef Py_ssize_t place
        cdef int bucket
        if end - start < 3:
            return -1
        bucket = _bucket(data + start) >> 5
        for place in range(start, end - 2):
            bucket = (bucket << 5 | FOLDED[data[place + 2]] & 31) & 0x7FFF
            if self.filter[bucket >> 3] >> (bucket & 7) & 1:
                if self.next(self.buckets[bucket], data, place, end, bucket) >= 0:
                    return place
        return -1

    cdef int next(self, int number, Bytes data, Py_ssize_t place, Py_ssize_t end, int bucket) noexcept:
        """The first of the bucket's words from that `number` on that stands at data[place] and ends at or before `end`;
        -1 if there is none."""
        cdef Bytes words = <Bytes>PyBytes_AS_STRING(self.text)
        cdef Py_ssize_t at, size
        while number < self.buckets[bucket + 1]:
            size = self.ends[number + 1] - self.ends[number]
            at = 0
            while at < size <= end - place and FOLDED[data[place + at]] == words[self.ends[number] + at]:
                at += 1
            if at == size:
                return number
            number += 1
        return -1
