/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/report_page, core/report_csv: what stands in the page and the table, and that nothing in them runs. */
#include "core/report_page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "board_fixture.h"
#include "config_fixture.h"
#include "core/report_csv.h"

static const char LONG[] = "https://connect.example/{advertiser_id}";

static struct scene {
    struct complaints complaints;
    struct config *config;
    struct board_fixture f;
    struct losses losses;
    struct buf page;
} s;

static int begin(void **state)
{
    (void)state;
    complaints_init(&s.complaints);
    s.config = config_fixture("[app main]\napp_id = 1\n[app second]\napp_id = 2\n[fix revoked]\n"
                              "runbook_url = https://wiki.example/a\n",
                              &s.complaints);
    board_fixture(&s.f);
    s.f.app[0].reauth_url = LONG;
    losses_init(&s.losses, BOARD_NOW - 86400);
    s.losses.begins = BOARD_NOW - 40 * 86400;
    buf_init(&s.page, 8 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    buf_free(&s.page);
    losses_free(&s.losses);
    board_fixture_free(&s.f);
    config_free(s.config);
    complaints_free(&s.complaints);
    return 0;
}

static const char *page_at(const struct snapshot *snapshot, const struct losses *losses, int64_t now)
{
    static const struct report_assets ASSETS = {"CSS", "sha256-c", "JS", "sha256-j"};
    const struct report_input input = {
        .config = s.config,
        .complaints = &s.complaints,
        .snapshot = snapshot,
        .why = "nothing was <published> yet",
        .losses = losses,
        .losses_why = "there is no <store>",
        .since = s.losses.since,
        .now = now,
        .assets = &ASSETS,
    };

    buf_reset(&s.page);
    assert_true(report_page(&input, &s.page));
    return buf_text(&s.page);
}

static void assert_has(const char *page, const char *part)
{
    if (!strstr(page, part))
        fail_msg("'%s' is not in the page", part);
}

static void assert_lacks(const char *page, const char *part)
{
    if (strstr(page, part))
        fail_msg("'%s' is in the page", part);
}

static void the_worst_root_cause_stands_first(void **state)
{
    const char *page = page_at(board_fixture_snapshot(&s.f), &s.losses, BOARD_NOW), *roots;

    (void)state;
    assert_has(page, "<h1>4 of 8 advertisers have lost authorization</h1>");
    assert_has(page, "default-src 'none'; style-src 'sha256-c'; script-src 'sha256-j'; img-src data:");
    roots = strstr(page, "Who must act");
    assert_non_null(roots);
    assert_true(strstr(roots, "<bdi>emea-07</bdi>") < strstr(roots, "Acme GmbH"));
    assert_true(strstr(roots, "badge critical") < strstr(roots, "badge warning"));
    assert_has(roots, "Advertisers\">2</td>");
    assert_has(roots, "acts: the client");
    assert_has(page, "CRITICAL</span></dt><dd>4</dd>");
    assert_has(page, "OK</span></dt><dd>3</dd>");
}

static void a_problem_has_all_that_mends_it(void **state)
{
    const char *page = page_at(board_fixture_snapshot(&s.f), &s.losses, BOARD_NOW);
    const char *problem = strstr(page, "id=\"problems\"");

    (void)state;
    assert_non_null(problem);
    assert_has(problem, "App access lost: client must re-authorize");
    assert_has(problem, "<li>Have whoever granted access re-grant the app");
    assert_has(problem, "<b class=\"code\">40001</b>");
    assert_has(problem, "href=\"https://connect.example/7502022393087590401\"");
    assert_has(problem, "href=\"https://wiki.example/a\"");
    assert_has(problem, "href=\"https://business-api.tiktok.com/portal/docs?id=1738373164380162\"");
    assert_has(problem, "team-emea");
    assert_has(problem, "<time datetime=\"2026-11-22T02:14:00Z\">Nov 22 02:14Z</time>");
    assert_has(problem, "scope=\"row\"");
}

static void hostile_text_stays_text(void **state)
{
    const char *page;

    (void)state;
    s.f.advertiser[AT_LOST].name = "</script><script>pwn()</script><!--";
    s.f.advertiser[AT_LOST].owner = "\"><img src=x onerror=pwn()>";
    s.f.advertiser[AT_LOST].verdict.message = "<svg onload=pwn()>\xe2\x80\xae";
    s.f.advertiser[AT_OK].name = "</script><!-- \xe2\x80\xa8\xe2\x80\xae";
    s.f.advertiser[AT_OK].client = "<b>";
    s.f.app[0].reauth_url = "javascript:pwn()";
    page = page_at(board_fixture_snapshot(&s.f), &s.losses, BOARD_NOW);
    assert_lacks(page, "<script>pwn");
    assert_lacks(page, "<img");
    assert_lacks(page, "<svg onload");
    assert_lacks(page, "javascript:");
    assert_lacks(page, "<!--");
    assert_lacks(page, "\xe2\x80\xae");
    assert_lacks(page, "u202e");
    assert_has(page, "&lt;/script&gt;&lt;script&gt;pwn()");
    assert_has(page, "\"\\u003c/script\\u003e\\u003c!-- ??\"");
}

static void the_same_data_gives_the_same_bytes(void **state)
{
    const struct snapshot *snapshot = board_fixture_snapshot(&s.f);
    char *first = strdup(page_at(snapshot, &s.losses, BOARD_NOW));

    (void)state;
    assert_non_null(first);
    assert_string_equal(page_at(snapshot, &s.losses, BOARD_NOW), first);
    assert_string_not_equal(page_at(snapshot, &s.losses, BOARD_NOW + 60), first);
    free(first);
}

static void without_a_snapshot_it_says_so(void **state)
{
    const char *page = page_at(NULL, NULL, BOARD_NOW);

    (void)state;
    assert_has(page, "<h1>There is no data</h1>");
    assert_has(page, "Nothing was &lt;published&gt; yet");
    assert_has(page, "The history can not be shown: there is no &lt;store&gt;.");
    assert_lacks(page, "authorized</h1>");
    assert_has(page, "</html>\n");
}

static void old_data_is_not_taken_for_today(void **state)
{
    const char *page = page_at(board_fixture_snapshot(&s.f), &s.losses, BOARD_NOW + 86400);

    (void)state;
    assert_has(page, "<h1>Nothing is verified any more</h1>");
    assert_has(page, "7 advertisers not verified for longer than");
    assert_has(page, "As of the last round");
}

static void the_curve_has_its_numbers_as_text(void **state)
{
    static struct loss loss[] = {
        {.app = "main",
         .id = "1",
         .name = "",
         .owner = "",
         .client = "",
         .cause = CAUSE_REVOKED,
         .root_kind = "",
         .root_id = "",
         .end = LOSS_REPAIRED},
        {.app = "main",
         .id = "2",
         .name = "",
         .owner = "",
         .client = "",
         .cause = CAUSE_REVOKED,
         .root_kind = "",
         .root_id = "",
         .end = LOSS_OPEN},
    };
    struct losses losses = {.since = BOARD_NOW - 3 * 86400, .begins = 1, .item = loss, .count = 2};
    const char *page;

    (void)state;
    loss[0].lost_at = BOARD_NOW - 86400;
    loss[0].ended_at = BOARD_NOW - 80000;
    loss[1].lost_at = BOARD_NOW - 84000;
    s.losses.since = losses.since;
    page = page_at(board_fixture_snapshot(&s.f), &losses, BOARD_NOW);
    assert_has(page, "<title id=\"curve-title\">");
    assert_has(page, "At most 2 at once, 1 at the end.");
    assert_has(page,
               "2 losses, 1 repaired (half of them within 1 h 46 min, the longest took 1 h 46 min), 1 still");
    assert_has(page, "<th scope=\"col\">New losses</th>");
}

/* --- CSV ----------------------------------------------------------------------------------------------------- */

static void assert_field(const char *text, const char *expected)
{
    buf_reset(&s.page);
    report_csv_text(text, true, &s.page);
    assert_string_equal(buf_text(&s.page), expected);
}

static void a_formula_is_defused_and_an_id_is_not_touched(void **state)
{
    (void)state;
    assert_field("7502022393087590401", "7502022393087590401");
    assert_field("Acme GmbH", "Acme GmbH");
    assert_field("a=b", "a=b");
    assert_field("=1+1", "'=1+1");
    assert_field("+1", "'+1");
    assert_field("-1", "'-1");
    assert_field("@SUM(A1)", "'@SUM(A1)");
    assert_field("\t=1", "' =1");
    assert_field("\tx", "' x");
    assert_field("  =1", "'  =1");
    assert_field("\n=1", "' =1");
    assert_field("\xef\xbc\x9d"
                 "1",
                 "'\xef\xbc\x9d"
                 "1");
    assert_field("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
    assert_field("a\xe2\x80\xae\x01", "a??");
}

static void a_line_for_each_loss(void **state)
{
    struct loss loss[] = {
        {.app = "main",
         .id = "7502022393087590401",
         .name = "A, \"B\"",
         .owner = "anna",
         .client = "=C",
         .cause = CAUSE_REVOKED,
         .state = STATE_CRITICAL,
         .has_code = true,
         .code = 40001,
         .root_kind = "client",
         .root_id = "=C",
         .lost_at = 1795313640,
         .ended_at = 1795313700,
         .end = LOSS_REPAIRED},
        {.app = "main",
         .id = "8",
         .name = "",
         .owner = "",
         .client = "",
         .cause = CAUSE_DELETED,
         .state = STATE_WARNING,
         .root_kind = "advertiser",
         .root_id = "8",
         .lost_at = 1795313640,
         .end = LOSS_OPEN},
        {.app = "main",
         .id = "9",
         .name = "",
         .owner = "",
         .client = "",
         .cause = CAUSE_DELETED,
         .state = STATE_CRITICAL,
         .root_kind = "",
         .root_id = "",
         .lost_at = 1795313640,
         .ended_at = 1795313700,
         .end = LOSS_RETIRED},
    };
    struct losses losses = {.item = loss, .count = TTA_LEN(loss)};

    (void)state;
    assert_true(report_csv(&losses, &s.page));
    assert_string_equal(
        buf_text(&s.page),
        "app,advertiser_id,name,owner,client,cause,state,code,root_kind,root_id,lost_at,repaired_at,"
        "time_to_repair_s,open,ended\n"
        "main,7502022393087590401,\"A, "
        "\"\"B\"\"\",anna,'=C,revoked,critical,40001,client,'=C,2026-11-22T02:14:00Z,"
        "2026-11-22T02:15:00Z,60,no,repaired\n"
        "main,8,,,,deleted,warning,,advertiser,8,2026-11-22T02:14:00Z,,,yes,open\n"
        "main,9,,,,deleted,critical,,,,2026-11-22T02:14:00Z,,,no,retired\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_worst_root_cause_stands_first),
        TEST(a_problem_has_all_that_mends_it),
        TEST(hostile_text_stays_text),
        TEST(the_same_data_gives_the_same_bytes),
        TEST(without_a_snapshot_it_says_so),
        TEST(old_data_is_not_taken_for_today),
        TEST(the_curve_has_its_numbers_as_text),
        TEST(a_formula_is_defused_and_an_id_is_not_touched),
        TEST(a_line_for_each_loss),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
