/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/serve_page: what the pages say, and that nothing of others runs in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/serve_page.h"

static const struct serve_look look = {
    .name = "Example Agency", .contact = "Anna, anna@agency.example", .css = "p{}"};
static const struct serve_look bare = {.css = "p{}"};
static struct buf page;

static const char *ask(const struct serve_look *with, struct serve_ask what)
{
    buf_reset(&page);
    assert_true(serve_page_ask(with, &what, &page));
    return buf_text(&page);
}

static const char *end(const char *text, const char *again)
{
    buf_reset(&page);
    assert_true(serve_page_end(&look, false, "Title", text, again, &page));
    return buf_text(&page);
}

static int count(const char *text, const char *part)
{
    int found = 0;

    while ((text = strstr(text, part))) {
        found++;
        text += strlen(part);
    }
    return found;
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in\n%s", part, text);
}

/* What every page has, whatever it says. */
static void assert_sound(const char *text)
{
    assert_int_equal(strncmp(text, "<!DOCTYPE html>\n<html lang=\"en\">", 32), 0);
    assert_int_equal(count(text, "<h1>"), 1);
    assert_int_equal(count(text, "<main>"), 1);
    assert_int_equal(count(text, "<title>"), 1);
    assert_has(text, "name=\"viewport\"");
    assert_has(text, "</html>\n");
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, " style="));
    assert_null(strstr(text, "src="));
    assert_null(strstr(text, "onclick"));
    assert_null(strstr(text, "url("));
}

static void the_question_says_what_comes(void **state)
{
    const char *text;

    (void)state;
    text = ask(&look, (struct serve_ask){.account = "Acme GmbH", .id = "7502022393087590401"});
    assert_sound(text);
    assert_has(text, "<bdi>Example Agency</bdi> asks you");
    assert_has(text, "<bdi>Acme GmbH</bdi>");
    assert_has(text, "7502022393087590401");
    assert_has(text, "Leave all of them on");
    assert_has(text, "code to the e-mail address");
    assert_has(text, "<form method=\"post\">");
    assert_has(text, "anna@agency.example");
    assert_null(strstr(text, "connected at the moment"));
    text = ask(&look, (struct serve_ask){.account = "", .id = "7502022393087590401", .connected = true});
    assert_sound(text);
    assert_has(text, "This ad account is connected at the moment.");
}

static void a_token_is_named_to_its_owner_alone(void **state)
{
    const char *text;

    (void)state;
    text = ask(&look, (struct serve_ask){.id = "emea-07", .accounts = 75});
    assert_sound(text);
    assert_null(strstr(text, "emea-07"));
    assert_null(strstr(text, "75"));
    text = ask(&look, (struct serve_ask){.id = "emea-07", .ours = true, .accounts = 75});
    assert_has(text, "emea-07");
    assert_has(text, "75");
}

static void without_a_name_it_still_reads(void **state)
{
    const char *text;

    (void)state;
    text = ask(&bare, (struct serve_ask){.account = "A", .id = "1"});
    assert_sound(text);
    assert_has(text, "The agency or software that you work with asks you");
    assert_null(strstr(text, "<footer>"));
    buf_reset(&page);
    assert_true(serve_page_note(&bare, SERVE_NOTE_OVER, &page));
    assert_has(buf_text(&page), "ask whoever sent you the link for a new one");
}

static void nothing_of_others_runs(void **state)
{
    static const char evil[] = "</title><script>alert(1)</script>\" onmouseover=\"x' &amp; \x1b[31m\xe2\x80\xae";
    const struct serve_look evil_look = {.name = evil, .contact = evil, .css = "p{}"};
    const char *text;

    (void)state;
    text = ask(&evil_look, (struct serve_ask){.account = evil, .id = evil});
    assert_sound(text);
    assert_null(strstr(text, "\" onmouseover"));
    assert_null(strchr(text, '\x1b'));
    assert_null(strstr(text, "\xe2\x80\xae"));
    assert_has(text, "&lt;script&gt;");
    assert_sound(end(evil, ""));
    assert_sound(end(evil, "javascript:alert(1)"));
    assert_null(strstr(buf_text(&page), "javascript:"));
    buf_reset(&page);
    assert_true(serve_page_note(&evil_look, SERVE_NOTE_OVER, &page));
    assert_sound(buf_text(&page));
}

static void every_note_says_whom_to_ask(void **state)
{
    (void)state;
    for (int note = SERVE_NOTE_STRANGE; note <= SERVE_NOTE_HEAD; note++) {
        unsigned status = serve_note_status((enum serve_note)note);

        assert_true(status >= 400 && status < 600);
        buf_reset(&page);
        assert_true(serve_page_note(&look, (enum serve_note)note, &page));
        assert_sound(buf_text(&page));
        assert_has(buf_text(&page), "anna@agency.example");
        assert_null(strchr(buf_text(&page), '%'));
    }
}

static void lines_are_paragraphs(void **state)
{
    const char *text;

    (void)state;
    text = end("One.\n\nTwo.\n", "https://m.example/r/1/abc");
    assert_has(text, "<p>One.</p>\n<p>Two.</p>\n</div>");
    assert_has(text, "<a class=\"button\" href=\"https://m.example/r/1/abc\">Try again</a>");
    assert_null(strstr(end("", ""), "Try again"));
}

static void a_page_is_whole_or_none(void **state)
{
    struct buf small;

    (void)state;
    buf_init(&small, 300);
    assert_false(serve_page_ask(&look, &(struct serve_ask){.account = "A", .id = "1"}, &small));
    assert_int_equal(buf_len(&small), 0);
    buf_free(&small);
}

static int teardown(void **state)
{
    (void)state;
    buf_free(&page);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_question_says_what_comes),  cmocka_unit_test(a_token_is_named_to_its_owner_alone),
        cmocka_unit_test(without_a_name_it_still_reads), cmocka_unit_test(nothing_of_others_runs),
        cmocka_unit_test(every_note_says_whom_to_ask),   cmocka_unit_test(lines_are_paragraphs),
        cmocka_unit_test(a_page_is_whole_or_none),
    };
    buf_init(&page, SERVE_PAGE_MAX);
    return cmocka_run_group_tests(tests, NULL, teardown);
}
