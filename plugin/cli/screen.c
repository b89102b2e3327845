/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Width, colours and characters of standard output. */
#include "cli/screen.h"

#include "base/parse.h"
#include "base/text.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

enum { WIDE = 120, WIDTH_LEAST = 40, WIDTH_MOST = 500, TEXT_SHOWN_MAX = 2000, FOLD_AT = 100 };

static size_t width_of(int fd)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    uint64_t width = 80;

    if (columns && parse_u64(columns, WIDTH_MOST, &width) && width > 0)
        ; /* as the user has it */
    else if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        width = size.ws_col;
    if (width > WIDTH_MOST)
        width = WIDTH_MOST;
    return width < WIDTH_LEAST ? WIDTH_LEAST : (size_t)width;
}

bool screen_of(FILE *to, const char *color, struct screen *out)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    bool terminal = isatty(fileno(to)) == 1;

    *out = (struct screen){.width = terminal ? width_of(fileno(to)) : 0,
                           .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0};
    if (!color || strcmp(color, "auto") == 0)
        out->color = terminal && !(no_color && no_color[0]) && !(term && strcmp(term, "dumb") == 0);
    else if (strcmp(color, "always") == 0)
        out->color = true;
    else
        return strcmp(color, "never") == 0;
    return true;
}

bool screen_is_narrow(const struct screen *screen)
{
    return screen->width > 0 && screen->width < WIDE;
}

enum paint screen_paint_of(enum state state)
{
    switch (state) {
    case STATE_OK:
        return PAINT_GOOD;
    case STATE_WARNING:
        return PAINT_WARNING;
    case STATE_CRITICAL:
        return PAINT_BAD;
    case STATE_UNKNOWN:
        return PAINT_UNKNOWN;
    }
    return PAINT_NONE;
}

void screen_begin(const struct screen *screen, enum paint paint, struct buf *out)
{
    static const char *const CODE[] = {
        [PAINT_NONE] = "",          [PAINT_GOOD] = "\033[32m",    [PAINT_WARNING] = "\033[33m",
        [PAINT_BAD] = "\033[1;31m", [PAINT_UNKNOWN] = "\033[35m", [PAINT_DIM] = "\033[2m",
        [PAINT_BOLD] = "\033[1m",
    };

    if (screen->color)
        buf_str(out, CODE[paint]);
}

void screen_end(const struct screen *screen, enum paint paint, struct buf *out)
{
    if (screen->color && paint != PAINT_NONE)
        buf_str(out, "\033[0m");
}

void screen_text(const struct screen *screen, const char *text, struct buf *out)
{
    text_safe(out, text, strlen(text), !screen->utf8, TEXT_SHOWN_MAX);
}

/* Columns of one character; what the locale can't place counts as one. */
static size_t columns_of(const struct screen *screen, uint32_t code)
{
    int width = screen->utf8 ? wcwidth((wchar_t)code) : 1;

    return width < 0 ? 1 : (size_t)width;
}

size_t screen_cut(const struct screen *screen, const char *text, size_t len, size_t columns, size_t *used)
{
    size_t at = 0;

    *used = 0;
    while (at < len) {
        uint32_t code = 0;
        size_t n = text_char(text + at, len - at, &code);
        size_t width = n > 0 ? columns_of(screen, code) : 1;

        if (*used + width > columns)
            break;
        *used += width;
        at += n > 0 ? n : 1;
    }
    return at;
}

size_t screen_width_of(const struct screen *screen, const char *text, size_t len)
{
    size_t used = 0;

    (void)screen_cut(screen, text, len, SIZE_MAX, &used); /* the whole of it */
    return used;
}

void screen_fold(const struct screen *screen, const char *text, size_t indent, size_t column, struct buf *out)
{
    size_t width = screen->width > 0 ? screen->width : FOLD_AT, start = column;

    while (*text) {
        size_t len = strcspn(text, " "), columns = screen_width_of(screen, text, len);

        if (column > start && column + 1 + columns > width) {
            buf_printf(out, "\n%*s", (int)indent, "");
            column = start = indent;
        } else if (column > start) {
            buf_char(out, ' ');
            column++;
        }
        buf_add(out, text, len);
        column += columns;
        text += len;
        text += strspn(text, " ");
    }
    buf_char(out, '\n');
}
