/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * INI files over libinih. libinih tells its handler neither lines nor headers nor faults, cuts long lines in two
 * and reads the rest as another line, and lets keys behind a broken header fall to the section before. So the
 * reader below hands out one line per call, knows what each must become, and keeps from libinih what it would
 * misread; libinih splits keys from values. */
#include "ext/ini.h"

#include "base/buf.h"
#include "base/text.h"

#include <ini.h>
#include <string.h>

/* libinih keeps the first 49 bytes of a key for the lines that continue it. */
enum { KEY_LEN_MAX = 49 };

/* What an indented line would continue. */
enum ini_above {
    ABOVE_NOTHING, /* start of the text, or a header */
    ABOVE_KEY,
    ABOVE_FAULT,
};

struct ini_reading {
    const char *at; /* the next line */
    const char *end;
    ini_line_fn *fn;
    void *arg;
    struct buf section;
    unsigned line;        /* the one that libinih has; 0 before the first */
    bool expects_key;     /* and it must call the handler for it */
    bool continues;       /* as it is indented */
    enum ini_above above; /* the lines before it */
    bool skips_section;   /* its header was faulty */
    bool ended;           /* by fn, or out of memory */
};

static void ini_emit(struct ini_reading *r, enum ini_event event, const char *key, const char *value)
{
    struct ini_line line = {
        .event = event,
        .line = r->line,
        .section = buf_text(&r->section),
        .key = key,
        .value = value,
        .continues = event == INI_KEY && r->continues,
    };
    if (!r->ended && !r->fn(r->arg, &line))
        r->ended = true;
}

static void ini_fault(struct ini_reading *r, const char *what)
{
    r->above = ABOVE_FAULT;
    ini_emit(r, INI_FAULT, NULL, what);
}

static bool ini_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The length without blanks at the end. */
static size_t ini_trimmed(const char *text, size_t len)
{
    while (len > 0 && ini_is_blank(text[len - 1]))
        len--;
    return len;
}

/* Where an inline comment begins, or len: a ';' with a blank before it. */
static size_t ini_comment(const char *text, size_t len)
{
    for (size_t i = 1; i < len; i++)
        if (text[i] == ';' && ini_is_blank(text[i - 1]))
            return i;
    return len;
}

static bool ini_has_control(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (((unsigned char)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f)
            return true;
    return false;
}

/* A [header], from its bracket on, without the blanks and the comment at its end. */
static void ini_header(struct ini_reading *r, const char *text, size_t len)
{
    const char *close = memchr(text, ']', len);
    const char *fault = NULL;

    if (close == NULL)
        fault = "no ']' behind the section name";
    else if (close != text + len - 1)
        fault = "text behind the ']' of a section";
    else if (ini_trimmed(text + 1, len - 2) == 0)
        fault = "no section name";
    r->skips_section = fault != NULL;
    r->above = ABOVE_NOTHING;
    if (fault != NULL) {
        ini_fault(r, fault);
        return;
    }
    const char *name = text + 1;
    size_t name_len = ini_trimmed(name, (size_t)(close - name));
    while (ini_is_blank(*name)) {
        name++;
        name_len--;
    }
    buf_reset(&r->section);
    if (!buf_add(&r->section, name, name_len)) {
        r->ended = true;
        return;
    }
    ini_emit(r, INI_SECTION, NULL, NULL);
}

/* True when libinih gets the line, which has neither comment nor blanks at its end. Else it gets an empty one in
 * its place, and what had to be said of the line is said. */
static bool ini_classify(struct ini_reading *r, const char *text, size_t len, size_t room)
{
    size_t lead = 0;
    while (lead < len && ini_is_blank(text[lead]))
        lead++;
    if (lead == len || text[lead] == '#' || text[lead] == ';')
        return false;
    r->continues = lead > 0;
    bool is_header = lead == 0 && text[0] == '[';
    const char *fault = NULL;
    if (memchr(text, '\0', len) != NULL)
        fault = "a NUL byte";
    else if (!text_is_utf8(text, len))
        fault = "bytes that are no UTF-8";
    else if (ini_has_control(text, len))
        fault = "a control character";
    else if (len > room)
        fault = "too long a line; a value can go on in lines below that begin with a blank";
    if (fault != NULL) {
        r->skips_section = r->skips_section || is_header;
        ini_fault(r, fault);
        return false;
    }
    if (is_header) {
        ini_header(r, text, len);
        return false;
    }
    if (r->skips_section)
        return false;
    if (!r->continues)
        return true;
    if (r->above == ABOVE_NOTHING)
        ini_fault(r, "begins with a blank, but there is no key above it to continue");
    return r->above == ABOVE_KEY;
}

/* libinih does not call its handler for a line without '=' or ':'. */
static void ini_settle(struct ini_reading *r)
{
    if (r->expects_key) {
        r->expects_key = false;
        ini_fault(r, "neither [section] nor key = value");
    }
}

static char *ini_next_line(char *out, int size, void *stream)
{
    struct ini_reading *r = stream;

    ini_settle(r);
    if (r->ended || r->at == r->end)
        return NULL;
    const char *text = r->at;
    const char *newline = memchr(text, '\n', (size_t)(r->end - text));
    size_t len = (size_t)((newline != NULL ? newline : r->end) - text);
    r->at = newline != NULL ? newline + 1 : r->end;
    r->line++;

    len = ini_trimmed(text, ini_comment(text, len));
    size_t room = (size_t)size - 2; /* the line, '\n', NUL */
    r->expects_key = ini_classify(r, text, len, room);
    if (!r->expects_key)
        len = 0;
    memcpy(out, text, len);
    memcpy(out + len, "\n", 2);
    return out;
}

static int ini_handle(void *user, const char *section, const char *key, const char *value)
{
    struct ini_reading *r = user;
    (void)section; /* cut at 49 bytes, blanks left in */

    r->expects_key = false;
    if (r->continues) {
        ini_emit(r, INI_KEY, key, value);
        return 1;
    }
    if (*key == '\0') {
        ini_fault(r, "no key before the '='");
    } else if (strlen(key) > KEY_LEN_MAX) {
        ini_fault(r, "a key longer than 49 bytes");
    } else {
        r->above = ABOVE_KEY;
        ini_emit(r, INI_KEY, key, value);
    }
    return 1;
}

bool ini_read(const char *text, size_t len, ini_line_fn *fn, void *arg)
{
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        len -= 3;
    }
    struct ini_reading r = {.at = text, .end = text + len, .fn = fn, .arg = arg};
    buf_init(&r.section, len);
    /* Its result is the first line it found faulty, or that it is out of memory: then the text is not at its end.
     */
    (void)ini_parse_stream(ini_next_line, &r, ini_handle, &r);
    buf_free(&r.section);
    return !r.ended && r.at == r.end;
}
