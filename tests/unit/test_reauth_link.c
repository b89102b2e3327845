/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/reauth_link: links as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "config_fixture.h"
#include "core/reauth_link.h"

static void assert_comes_back(const struct reauth_link *link)
{
    char text[REAUTH_LINK_MAX + 1];
    struct reauth_link read;

    assert_true(reauth_link_read(reauth_link_write(link, text), &read));
    assert_string_equal(read.id, link->id);
    assert_int_equal(read.day, link->day);
    assert_memory_equal(read.mac, link->mac, sizeof(read.mac));
}

static void what_is_written_is_read(void **state)
{
    struct reauth_link link = {.id = "7502022393087590401"};
    char text[REAUTH_LINK_MAX + 1];

    (void)state;
    assert_string_equal(reauth_link_write(&link, text), "7502022393087590401/aaaaaaaaaaaaaaaaaaaaaaaa");
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < sizeof(link.mac); i++)
            link.mac[i] = (unsigned char)(round * 31 + (int)i * 73);
        link.day = round % 2 ? 20000 + round : 0;
        assert_comes_back(&link);
    }
    memset(link.mac, 0xff, sizeof(link.mac));
    link.day = (1 << 20) - 1;
    assert_string_equal(reauth_link_write(&link, text), "7502022393087590401/7777777777777777777777777777");
    memcpy(link.id, "emea-07.x_Y", strlen("emea-07.x_Y") + 1);
    assert_comes_back(&link);
    memset(link.id, 'n', SECTION_NAME_MAX);
    link.id[SECTION_NAME_MAX] = '\0';
    assert_comes_back(&link);
    assert_int_equal(strlen(reauth_link_write(&link, text)), REAUTH_LINK_MAX);
}

static void capitals_are_the_same(void **state)
{
    struct reauth_link link;

    (void)state;
    assert_true(reauth_link_read("Emea/ABCDEFGHIJKLMNOPQRSTUVWX", &link));
    assert_string_equal(link.id, "Emea");
    assert_true(reauth_link_read("Emea/abcdefghijklmnopqrstuvwx", &(struct reauth_link){.day = 1}));
}

static void all_else_is_none(void **state)
{
    static const char *const texts[] = {
        "",
        "/",
        "750",
        "750/",
        "/aaaaaaaaaaaaaaaaaaaaaaaa",
        "750/aaaaaaaaaaaaaaaaaaaaaaa",
        "750/aaaaaaaaaaaaaaaaaaaaaaaaa",
        "750/aaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "750/aaaaaaaaaaaaaaaaaaaaaaa1",
        "750/aaaaaaaaaaaaaaaaaaaaaaa/",
        "750/aaaaaaaaaaaaaaaaaaaaaaaa/",
        "750/aaaaaaaaaaaaaaaaaaaaaaaaaaaa", /* the day 0 is not written */
        "-750/aaaaaaaaaaaaaaaaaaaaaaaa",
        "7 5/aaaaaaaaaaaaaaaaaaaaaaaa",
        "../aaaaaaaaaaaaaaaaaaaaaaaa",
        "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn/aaaaaaaaaaaaaaaaaaaaaaaa",
    };
    struct reauth_link link;

    (void)state;
    for (size_t i = 0; i < TTA_LEN(texts); i++)
        if (reauth_link_read(texts[i], &link))
            fail_msg("'%s' was read", texts[i]);
}

/* Two subjects never have the same words. */
static void words_say_what_is_meant(void **state)
{
    struct buf words;

    (void)state;
    buf_init(&words, 300);
    reauth_link_words("7055", REAUTH_TOKEN, "emea-07", 20787, &words);
    assert_string_equal(buf_text(&words), "tiktok-auth link 1\n7055\ntoken\nemea-07\n20787\n");
    buf_free(&words);
}

static const char *pattern_of(const char *more)
{
    static char pattern[300];
    struct complaints complaints;
    struct config *config;
    struct buf ini, out;

    complaints_init(&complaints);
    buf_init(&ini, 2000);
    buf_init(&out, sizeof(pattern) - 1);
    buf_printf(&ini, "[app a]\n%s", more);
    config = config_fixture(buf_text(&ini), &complaints);
    reauth_link_pattern(&config->app[0], &out);
    memcpy(pattern, buf_text(&out), buf_len(&out) + 1);
    config_free(config);
    complaints_free(&complaints);
    buf_free(&ini);
    buf_free(&out);
    return pattern;
}

static void the_user_s_own_page_wins(void **state)
{
    (void)state;
    assert_string_equal(pattern_of(""), "");
    assert_string_equal(pattern_of("app_id = 1\nsecret_file = s\npublic_url = https://m.example/t/\n"
                                   "redirect_uri = https://m.example/t/callback\n"),
                        "https://m.example/t/r/{link}");
    assert_string_equal(pattern_of("app_id = 1\nsecret_file = s\npublic_url = https://m.example/t/\n"), "");
    assert_string_equal(pattern_of("app_id = 1\npublic_url = https://m.example/t/\n"
                                   "redirect_uri = https://m.example/t/callback\n"),
                        "");
    assert_string_equal(pattern_of("app_id = 1\nsecret_file = s\npublic_url = https://m.example/t/\n"
                                   "redirect_uri = https://m.example/t/callback\n"
                                   "reauth_url = https://own.example/{advertiser_id}\n"),
                        "https://own.example/{advertiser_id}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),  cmocka_unit_test(capitals_are_the_same),
        cmocka_unit_test(all_else_is_none),         cmocka_unit_test(words_say_what_is_meant),
        cmocka_unit_test(the_user_s_own_page_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
