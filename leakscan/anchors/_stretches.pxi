# Where tokens and escapes can be, told of 64 bytes at once: nearly all that is read ends here.

cdef extern from *:
    """
    #include <stdint.h>
    #include <string.h>

    /* Where it can, the compiler makes these twice, and the processor's kind decides which one runs. */
    #if defined(__x86_64__) && defined(__GLIBC__) && __GNUC__ >= 12 && !defined(__clang__)
    #define LEAKSCAN_FOR_EACH_PROCESSOR __attribute__((target_clones("avx2", "default")))
    #else
    #define LEAKSCAN_FOR_EACH_PROCESSOR
    #endif

    static inline uint8_t leakscan_is_token(uint8_t code) {  /* '/' stands before '0' */
        return ((uint8_t)((code | 32) - 'a') < 26) | ((uint8_t)(code - '/') < 11)
            | (code == '+') | (code == '-') | (code == '_');
    }

    static inline uint8_t leakscan_is_escape(uint8_t code) { return (code == '%') | (code == '&') | (code == 92); }

    static inline uint8_t leakscan_is_nul(uint8_t code) { return code == 0; }

    /* Both loops are made for compilers to do on many bytes at once. The product moves bit 0 of byte i to bit 56 + i. */
    #define LEAKSCAN_BITS(name, test)                                                                   \
        static inline uint64_t name(const uint8_t *data) {                                              \
            uint8_t tested[64];                                                                         \
            uint64_t bits = 0, word;                                                                    \
            for (int at = 0; at < 64; at++) tested[at] = test(data[at]);                                \
            for (int at = 0; at < 64; at += 8) {                                                        \
                word = 0;                                                                               \
                for (int byte = 0; byte < 8; byte++) word |= (uint64_t)tested[at + byte] << 8 * byte;   \
                bits |= (word * UINT64_C(0x0102040810204080) >> 56) << at;                              \
            }                                                                                           \
            return bits;                                                                                \
        }
    LEAKSCAN_BITS(leakscan_token_bits, leakscan_is_token)
    LEAKSCAN_BITS(leakscan_escape_bits, leakscan_is_escape)
    LEAKSCAN_BITS(leakscan_nul_bits, leakscan_is_nul)

    #if defined(__GNUC__)
    #define leakscan_lowest(bits) __builtin_ctzll(bits)
    #define leakscan_highest(bits) (63 - __builtin_clzll(bits))
    #define leakscan_count(bits) __builtin_popcountll(bits)
    #else
    static int leakscan_lowest(uint64_t bits) { int at = 0; while (!(bits >> at & 1)) at++; return at; }
    static int leakscan_highest(uint64_t bits) { int at = 63; while (!(bits >> at & 1)) at--; return at; }
    static int leakscan_count(uint64_t bits) { int count = 0; for (; bits; bits &= bits - 1) count++; return count; }
    #endif

    /* 64 bytes from data[place] on; the last ones in `rest`, with NULs behind them. */
    static inline const uint8_t *leakscan_block(const uint8_t *data, Py_ssize_t size, Py_ssize_t place, uint8_t *rest) {
        if (size - place >= 64) return data + place;
        memset(rest, 0, 64);
        memcpy(rest, data + place, size - place);
        return rest;
    }

    LEAKSCAN_FOR_EACH_PROCESSOR
    static Py_ssize_t leakscan_token_start(const uint8_t *data, Py_ssize_t size, Py_ssize_t begin, Py_ssize_t stop) {
        uint8_t rest[64];
        while (begin <= stop && begin < size) {
            uint64_t bits = leakscan_token_bits(leakscan_block(data, size, begin, rest));
            uint64_t rows = bits & bits >> 1;  /* bit i: two of them from i on, then four, eight, sixteen */
            rows &= rows >> 2;
            rows &= rows >> 4;
            rows &= rows >> 8;
            if (rows) {
                begin += leakscan_lowest(rows);
                return begin <= stop ? begin : -1;
            }
            begin += leakscan_highest(~bits) + 1;  /* what the block ends with may go on */
        }
        return -1;
    }

    LEAKSCAN_FOR_EACH_PROCESSOR
    static Py_ssize_t leakscan_wide_block(const uint8_t *data, Py_ssize_t size, Py_ssize_t place, uint64_t *rows) {
        uint8_t rest[64];
        for (; place < size; place += 64) {
            uint64_t bits = leakscan_nul_bits(leakscan_block(data, size, place, rest)), twos, fours;
            bits &= ~(bits >> 1);  /* the last NUL before each letter */
            twos = bits & bits >> 2;
            fours = bits & bits >> 4;
            *rows = (twos & twos >> 4 & twos >> 8) | (fours & fours >> 8 & fours >> 16);
            if (*rows) return place;
        }
        return -1;
    }

    /* How many NULs stand at places 0, 1, 2 and 3 of each four bytes. */
    static void leakscan_count_nuls(const uint8_t *data, Py_ssize_t size, uint64_t *counts) {
        uint8_t lanes[64], rest[64];
        Py_ssize_t place = 0;
        while (place < size) {
            memset(lanes, 0, 64);
            for (int block = 0; block < 255 && place < size; block++, place += 64) {
                const uint8_t *bytes = leakscan_block(data, size, place, rest);
                for (int at = 0; at < 64; at++) lanes[at] += bytes[at] == 0;
            }
            for (int at = 0; at < 64; at++) counts[at & 3] += lanes[at];
        }
        for (; place > size; place--) counts[(place - 1) & 3]--;  /* what stands behind the end is none */
    }
    """
    uint64_t escape_bits "leakscan_escape_bits"(Bytes data) noexcept  # bit i: data[i] is one, of 64 bytes
    int lowest "leakscan_lowest"(uint64_t bits) noexcept  # the number of a bit that is set; one is
    int count_bits "leakscan_count"(uint64_t bits) noexcept
    # Where from `begin` to `stop` the first SHORTEST_TOKEN (16) bytes of a token stand in a row; -1 if they do nowhere.
    Py_ssize_t _token_start "leakscan_token_start"(Bytes data, Py_ssize_t size, Py_ssize_t begin, Py_ssize_t stop) noexcept
    # The first block of data[place:size] where six letters stand in a row with a NUL or three before each, and where.
    Py_ssize_t _wide_block "leakscan_wide_block"(Bytes data, Py_ssize_t size, Py_ssize_t place, uint64_t* rows) noexcept
    void _count_nuls "leakscan_count_nuls"(Bytes data, Py_ssize_t size, uint64_t* counts) noexcept
    Bytes _block "leakscan_block"(Bytes data, Py_ssize_t size, Py_ssize_t place, uint8_t* rest) noexcept

cdef enum:
    BLOCK = 64
