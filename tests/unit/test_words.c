/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Messages reduced to words, and the language of phrases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/words.h"
#include "core/words_canon.h"

static void assert_words(const char *message, const char *expected)
{
    struct words words;
    char joined[4096] = "";
    size_t len = 0;

    words_read(&words, message);
    for (size_t i = 0; i < words.count; i++) {
        const char *word = words.bytes + words.start[i];

        if (i)
            joined[len++] = ' ';
        memcpy(joined + len, word, strlen(word) + 1);
        len += strlen(word);
    }
    if (strcmp(joined, expected) != 0)
        fail_msg("'%s': '%s', not '%s'", message, joined, expected);
}

static void spellings_become_one(void **state)
{
    (void)state;
    assert_words(NULL, "");
    assert_words("", "");
    assert_words("  \t ,;- ", "");
    assert_words("access_token", "token");
    assert_words("Access-Token", "token");
    assert_words("The AccessToken", "token");
    assert_words("ACCESS TOKENS", "token");
    assert_words("'access_token'", "token");
    assert_words("'advertiser_id' \"account-id\" 'account id'", "advertiser id account id xname");
    assert_words("\"access_token\" is \"app_id\"", "token appid");
    assert_words("refresh_token auth_code app-id secret", "refreshtoken authcode appid secret");
    assert_words("Your ad account", "advertiser");
    assert_words("business centre", "bc");
    assert_words("authorised / authorized", "authorized authorized");
}

static void negations_become_one(void **state)
{
    (void)state;
    assert_words("doesn't exist", "not exist");
    assert_words("doesn\xe2\x80\x99t exist", "not exist");
    assert_words("does not exist", "not exist");
    assert_words("is invalid", "not valid");
    assert_words("incorrect", "not correct");
    assert_words("no longer valid", "not valid");
    assert_words("no permission", "not permission");
    assert_words("You do not have sufficient permissions", "you not permission");
    assert_words("Unauthorized", "not authorized");
}

static void numbers_paths_and_ends_are_marked(void **state)
{
    (void)state;
    assert_words("App 7055107885017071618 reaches", "app # reach");
    assert_words("you /campaign/get/:GET permission", "you xpath permission");
    assert_words("'/campaign/get/(method=GET)'.", "xpath .");
    assert_words("https://business-api.tiktok.com/open_api/v1.3/a/b/?x=1 now that", "https xpath");
    assert_words("see https://business-api.tiktok.com/portal/docs?id=1 x", "see https x");
    assert_words("pixel/catalog/rule", "pixel catalog rule");
    assert_words("One. Two! Three\nfour", "one . two . three . four");
    assert_words("v1.3", "v1 #");
}

static void texts_of_others_are_hidden(void **state)
{
    (void)state;
    assert_words("advertiser \"Too many requests\" denied", "advertiser xname denied");
    assert_words("advertiser 'token revoked' denied", "advertiser xname denied");
    assert_words("advertiser \xe2\x80\x9ctoken revoked\xe2\x80\x9d denied", "advertiser xname denied");
    assert_words("advertiser \xc2\xab token revoked \xc2\xbb denied", "advertiser xname denied");
    assert_words("advertiser 'deleted'", "advertiser xname");
    assert_words("advertiser Token Revoked Ltd (7502022393087590401)", "advertiser xname #");
    assert_words("advertiser Token Revoked Ltd (750202239308759)", "advertiser xname #");
    assert_words("advertiser 7502022393087590401 (Token Revoked Ltd)", "advertiser # xname");
    /* ... but not what a message says itself. */
    assert_words("Advertiser Not Found (7502022393087590401)", "advertiser not found #");
    assert_words("ADVERTISER HAS BEEN DELETED (7502022393087590401)", "advertiser deleted #");
    assert_words("Advertiser (7502022393087590401)'s QPS (21)", "advertiser # s qps #");
    assert_words("it's the app's token", "app token");
    assert_words("an open 'quote with no end", "open quote with not end");
}

static void phrases_are_found(void **state)
{
    static const struct {
        const char *phrases;
        bool found;
    } rows[] = {
        {"token", true},
        {"tok", false},
        {"tok*", true},
        {"app|token", true},
        {"advertiser token", false},
        {"advertiser # token", true},
        {"advertiser ?# token", true},
        {"advertiser ?id ?# token", true},
        {"advertiser ~ revoked", true},
        {"advertiser ~2 revoked", true},
        {"advertiser ~1 revoked", false},
        {"advertiser ~0 #", true},
        {"~ advertiser", true},
        {"advertiser ~", true},
        {"revoked ~ ask", false}, /* not past the end of a sentence */
        {"revoked . ask", true},
        {"revoked * ask", false},
        {"nothing;here;ask again", true},
        {"nothing; ask again ;here", true},
        {"again now", false},
        {"", false},
        {";", false},
        {" ; ;", false},
    };
    struct words words;

    (void)state;
    words_read(&words, "Advertiser 7502022393087590401: access token revoked. Ask again");
    for (size_t i = 0; i < TTA_LEN(rows); i++)
        if (words_have(&words, rows[i].phrases) != rows[i].found)
            fail_msg("'%s'", rows[i].phrases);
    words_read(&words, "b c d e f g h k");
    assert_true(words_have(&words, "b ~ k"));
    assert_false(words_have(&words, "b ~5 k"));
    words_read(&words, "b c d e f g h i k");
    assert_false(words_have(&words, "b ~ k"));
    words_read(&words, "");
    assert_false(words_have(&words, "~"));
}

static void reads_no_more_than_its_bounds(void **state)
{
    static char text[3 * WORDS_READ_MAX];
    struct words words;

    (void)state;
    for (size_t i = 0; i + 1 < sizeof text; i++)
        text[i] = i % 2 ? ' ' : (char)('b' + i / 2 % 20);
    words_read(&words, text);
    assert_int_equal(words.count, WORDS_MAX);
    memset(text, 'x', sizeof text - 1);
    for (size_t i = 40; i + 1 < sizeof text; i += 41)
        text[i] = ' ';
    words_read(&words, text);
    assert_true(words.used <= WORDS_BYTES_MAX);
    assert_in_range(words.count, 20, WORDS_MAX);
}

/* bsearch needs the lists sorted: a word out of order would silently mean itself. */
static void vocabulary_is_found(void **state)
{
    static const char *const words[][2] = {
        {"a", ""},
        {"advertisers", "advertiser"},
        {"invalid", "not valid"},
        {"xyz", "xyz"},
        {"your", ""},
        {"unauthorised", "not authorized"},
        {"hits", "exceed"},
        {"oauth", "authorization"},
        {"whitelists", "whitelist"},
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(words); i++)
        assert_string_equal(canon_word(words[i][0]), words[i][1]);
    assert_string_equal(canon_pair("access", "token"), "token");
    assert_string_equal(canon_pair("white", "list"), "whitelist");
    assert_string_equal(canon_pair("xpath", "xpath"), "xpath");
    assert_null(canon_pair("token", "access"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spellings_become_one),
        cmocka_unit_test(negations_become_one),
        cmocka_unit_test(numbers_paths_and_ends_are_marked),
        cmocka_unit_test(texts_of_others_are_hidden),
        cmocka_unit_test(phrases_are_found),
        cmocka_unit_test(reads_no_more_than_its_bounds),
        cmocka_unit_test(vocabulary_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
