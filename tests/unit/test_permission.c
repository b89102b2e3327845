/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Lists of permissions: what is read, what is refused, how they join. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "alloc_fail.h"
#include "base/buf.h"
#include "core/permission.h"

static const char *shown(const struct permissions *list)
{
    static char text[2000];
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < list->count; i++)
        len +=
            (size_t)snprintf(text + len, sizeof(text) - len, "[%s %s]", list->item[i].method, list->item[i].path);
    return text;
}

static void assert_reads(const char *text, const char *expected)
{
    struct permissions list;
    struct err err = {""};

    if (!permissions_read(text, &list, &err))
        fail_msg("'%s' is refused: %s", text, err.text);
    assert_string_equal(shown(&list), expected);
    permissions_free(&list);
    assert_int_equal(list.count, 0);
}

static void assert_refuses(const char *text, const char *part)
{
    struct permissions list;
    struct err err = {""};

    assert_false(permissions_read(text, &list, &err));
    assert_int_equal(list.count, 0);
    assert_null(list.item);
    if (!strstr(err.text, part))
        fail_msg("'%s': '%s' does not say '%s'", text, err.text, part);
    assert_non_null(strstr(err.text, "; allowed: "));
}

static void reads_lists(void **state)
{
    (void)state;
    assert_reads("GET /a/", "[GET /a/]");
    assert_reads("/a/", "[GET /a/]");
    assert_reads("GET /file/video/ad/search/, POST /b_c/d-1.2/", "[GET /file/video/ad/search/][POST /b_c/d-1.2/]");
    assert_reads("  GET \t /a/ ,,/b/ , ", "[GET /a/][GET /b/]");
    assert_reads("/", "[GET /]");
}

static void folds_duplicates(void **state)
{
    (void)state;
    assert_reads("GET /a/, /a/, GET /a/, POST /a/, /a", "[GET /a/][POST /a/][GET /a]");
}

static void refuses_what_is_no_permission(void **state)
{
    (void)state;
    assert_refuses("", "no permission");
    assert_refuses(" , ,", "no permission");
    assert_refuses("get /a/", "does not begin with a method");
    assert_refuses("PUT /a/", "does not begin with a method");
    assert_refuses("GETX /a/", "does not begin with a method");
    assert_refuses("a/b", "does not begin with a method");
    assert_refuses("GET", "'GET' has no path");
    assert_refuses("GET a", "'GET a' has no path");
    assert_refuses("GET/a/", "does not begin with a method");
    assert_refuses("GET /a b", "character that no path");
    assert_refuses("GET /a?x=1", "character that no path");
    assert_refuses("GET /\xc3\xbc", "character that no path");
    assert_refuses("/a/../b", "two dots");
    assert_refuses("/..", "two dots");
    assert_refuses("/a/, x", "does not begin with a method");
}

static void never_shows_what_may_be_a_secret(void **state)
{
    struct permissions list;
    struct err err = {""};

    (void)state;
    assert_false(permissions_read("token = hunter2", &list, &err));
    assert_null(strstr(err.text, "hunter2"));
}

static void hostile_text_is_made_safe(void **state)
{
    struct permissions list;
    struct err err = {""};

    (void)state;
    assert_false(permissions_read("/a\x1b[2J\xff", &list, &err));
    assert_non_null(strstr(err.text, "'/a?[2J?'"));
}

static void has_limits(void **state)
{
    char path[PERMISSION_PATH_MAX + 2];
    struct permissions list;
    struct err err = {""};
    struct buf many;

    (void)state;
    memset(path, 'a', sizeof(path));
    path[0] = '/';
    path[PERMISSION_PATH_MAX] = '\0';
    assert_true(permissions_read(path, &list, &err));
    permissions_free(&list);
    path[PERMISSION_PATH_MAX] = 'a';
    path[PERMISSION_PATH_MAX + 1] = '\0';
    assert_refuses(path, "more than 127 bytes");

    buf_init(&many, 10000);
    for (int i = 0; i < PERMISSIONS_MAX; i++)
        buf_printf(&many, "/%d/,", i);
    assert_true(permissions_read(buf_text(&many), &list, &err));
    assert_int_equal(list.count, PERMISSIONS_MAX);
    permissions_free(&list);
    buf_str(&many, "/x/");
    assert_refuses(buf_text(&many), "more than 32");
    buf_free(&many);
}

static void merges(void **state)
{
    struct permissions a, b, none = {0};
    struct err err = {""};

    (void)state;
    assert_true(permissions_read("/a/, /b/", &a, &err));
    assert_true(permissions_read("/b/, POST /b/, /c/", &b, &err));
    assert_true(permissions_merge(&a, &b));
    assert_string_equal(shown(&a), "[GET /a/][GET /b/][POST /b/][GET /c/]");
    assert_true(permissions_merge(&a, &none));
    assert_true(permissions_merge(&none, &b));
    assert_string_equal(shown(&none), shown(&b));
    assert_true(none.item != b.item);
    permissions_free(&a);
    permissions_free(&b);
    permissions_free(&none);
}

static bool read_and_merge(void *arg)
{
    struct permissions a, b;
    struct err err = {"x"};
    bool ok;

    (void)arg;
    if (!permissions_read("/a/, /b/, /a/", &a, &err)) {
        assert_string_equal(err.text, "");
        return false;
    }
    ok = permissions_read("/c/, POST /d/", &b, &err);
    ok = permissions_merge(&a, &b) && ok;
    permissions_free(&a);
    permissions_free(&b);
    return ok;
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    assert_true(alloc_fail_each(read_and_merge, NULL) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_lists),
        cmocka_unit_test(folds_duplicates),
        cmocka_unit_test(refuses_what_is_no_permission),
        cmocka_unit_test(never_shows_what_may_be_a_secret),
        cmocka_unit_test(hostile_text_is_made_safe),
        cmocka_unit_test(has_limits),
        cmocka_unit_test(merges),
        cmocka_unit_test(without_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
