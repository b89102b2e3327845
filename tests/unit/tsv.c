/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tables under tests/unit/facts, row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tsv.h"

size_t tsv_each(const char *name, size_t fields, void (*each)(char **field, void *arg), void *arg)
{
    const char *srcdir = getenv("srcdir");
    char path[512], line[4096], *field[TSV_FIELDS_MAX];
    size_t rows = 0;
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/tests/unit/facts/%s", srcdir ? srcdir : ".", name);
    file = fopen(path, "re");
    if (!file)
        fail_msg("can't read %s", path);
    while (fgets(line, sizeof line, file)) {
        char *rest = line;
        size_t count = 0;

        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#' || line[0] == '\0')
            continue;
        while (rest && count < TSV_FIELDS_MAX)
            field[count++] = strsep(&rest, "\t");
        if (count != fields || rest)
            fail_msg("%s: %zu fields, not %zu: %s", name, count, fields, line);
        each(field, arg);
        rows++;
    }
    assert_int_equal(fclose(file), 0);
    return rows;
}
