/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/reauth_sign: the key, what a link is worth, and the links of a board. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "board_fixture.h"
#include "probe/reauth_sign.h"
#include "probe_fixture.h"
#include "scratch.h"

#define OURS "public_url = https://m.example/t\nredirect_uri = https://m.example/t/callback\n"
#define DAY (PROBE_NOW / DAY_SECONDS)

static struct setup *setup;
static struct reauth_signer *signer;

static const struct config *config(void)
{
    return setup_config(setup);
}

static void begin(void)
{
    struct err err = {""};

    (void)probe_secret("a.secret", "secret\n");
    setup = probe_setup(probe_config_alone("[app main]\napp_id = 1\nsecret_file = a.secret\n" OURS
                                           "[app second]\napp_id = 2\nsecret_file = a.secret\n" OURS
                                           "[token emea-01]\napp = main\ntoken_file = a.secret\n"
                                           "[token emea-07]\napp = main\ntoken_file = a.secret\n"
                                           "[token apac]\napp = second\ntoken_file = a.secret\n"
                                           "[store]\npath = state.db\n"),
                        false, false);
    signer = reauth_signer_open(config(), &err);
    assert_string_equal(err.text, "");
    assert_non_null(signer);
}

static void end(void)
{
    reauth_signer_free(signer);
    setup_free(setup);
}

static enum reauth_worth worth(const char *link, int64_t now)
{
    struct reauth_found found = {.app = SIZE_MAX};
    enum reauth_worth is = reauth_check(signer, config(), link, now, &found);

    assert_int_equal(is == REAUTH_STRANGE, found.app == SIZE_MAX);
    return is;
}

static void ours_is_known_and_no_other(void **state)
{
    char link[REAUTH_LINK_MAX + 1], other[REAUTH_LINK_MAX + 1];
    struct reauth_found found;

    (void)state;
    begin();
    assert_int_equal(reauth_check(signer, config(),
                                  reauth_sign(signer, "2", REAUTH_ADVERTISER, "7502022393087590401", 0, link),
                                  PROBE_NOW, &found),
                     REAUTH_GOOD);
    assert_int_equal(found.app, 1);
    assert_int_equal(found.kind, REAUTH_ADVERTISER);
    assert_string_equal(found.id, "7502022393087590401");
    for (size_t i = 0; link[i]; i++) {
        memcpy(other, link, sizeof(other));
        other[i] = other[i] == 'a' ? 'b' : 'a';
        assert_int_equal(worth(other, PROBE_NOW), REAUTH_STRANGE);
    }
    /* The same id elsewhere, or as another thing, is another link. */
    (void)reauth_sign(signer, "1", REAUTH_ADVERTISER, "7502022393087590401", 0, other);
    assert_string_not_equal(link, other);
    (void)reauth_sign(signer, "2", REAUTH_TOKEN, "7502022393087590401", 0, other);
    assert_string_not_equal(link, other);
    assert_int_equal(worth(other, PROBE_NOW), REAUTH_GOOD);
    assert_int_equal(worth(reauth_sign(signer, "3", REAUTH_TOKEN, "emea-07", 0, other), PROBE_NOW),
                     REAUTH_STRANGE);
    assert_int_equal(worth("", PROBE_NOW), REAUTH_STRANGE);
    assert_int_equal(worth("7502022393087590401", PROBE_NOW), REAUTH_STRANGE);
    end();
}

static void a_day_ends_it(void **state)
{
    char link[REAUTH_LINK_MAX + 1];

    (void)state;
    begin();
    (void)reauth_sign(signer, "1", REAUTH_TOKEN, "emea-07", DAY + 30, link);
    assert_int_equal(worth(link, PROBE_NOW), REAUTH_GOOD);
    assert_int_equal(worth(link, (DAY + 31) * DAY_SECONDS - 1), REAUTH_GOOD);
    assert_int_equal(worth(link, (DAY + 31) * DAY_SECONDS), REAUTH_OVER);
    end();
}

static void the_key_is_made_once_and_kept_close(void **state)
{
    char link[REAUTH_LINK_MAX + 1];
    struct err err = {""};
    bool missing = false;
    struct stat st;

    (void)state;
    begin();
    (void)reauth_sign(signer, "1", REAUTH_TOKEN, "emea-07", 0, link);
    assert_int_equal(stat(scratch_path("link.key"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    reauth_signer_free(signer);
    signer = reauth_signer_open(config(), &err);
    assert_non_null(signer);
    assert_int_equal(worth(link, PROBE_NOW), REAUTH_GOOD);
    reauth_signer_free(signer);

    /* Another key, other links; nothing is left of the making. */
    assert_int_equal(unlink(scratch_path("link.key")), 0);
    size_t files = scratch_count();

    signer = reauth_signer_open(config(), &err);
    assert_non_null(signer);
    assert_int_equal(scratch_count(), files + 1);
    assert_int_equal(worth(link, PROBE_NOW), REAUTH_STRANGE);
    reauth_signer_free(signer);

    /* One that others could read is none. */
    assert_int_equal(chmod(scratch_path("link.key"), 0644), 0);
    signer = reauth_signer_open(config(), &err);
    assert_null(signer);
    assert_non_null(strstr(err.text, "others can read it"));

    /* Nor is what could be guessed. */
    (void)probe_secret("link.key", "a\n");
    signer = reauth_signer_open(config(), &err);
    assert_null(signer);
    assert_non_null(strstr(err.text, "too short"));
    assert_false(reauth_key_ok(config(), &missing, &err));
    assert_false(missing);
    end();
}

static void what_a_consent_mends_has_a_link(void **state)
{
    struct board_fixture f;
    struct arena arena = {.failed = false};
    struct err err = {""};
    char link[REAUTH_LINK_MAX + 1];

    (void)state;
    begin();
    board_fixture(&f);
    board_fixture_snapshot(&f); /* fills in roots and problems */
    assert_true(reauth_sign_board(config(), &f.board, &arena, PROBE_NOW, &err));
    assert_string_equal(f.advertiser[AT_OK].link, "");
    assert_string_equal(
        f.advertiser[AT_LOST].link,
        reauth_sign(signer, "1", REAUTH_ADVERTISER, f.advertiser[AT_LOST].id, DAY + REAUTH_LINK_DAYS, link));
    /* A dead token is one cause, with one link. */
    (void)reauth_sign(signer, "1", REAUTH_TOKEN, "emea-07", DAY + REAUTH_LINK_DAYS, link);
    assert_string_equal(f.token[AT_EMEA_07].link, link);
    assert_string_equal(f.advertiser[AT_DEAD].link, link);
    /* So is a missing permission, though the token lives. */
    (void)reauth_sign(signer, "1", REAUTH_TOKEN, "emea-01", DAY + REAUTH_LINK_DAYS, link);
    assert_string_equal(f.token[AT_EMEA_01].link, link);
    assert_string_equal(f.advertiser[AT_ENDPOINT].link, link);
    for (uint32_t i = 0; i < f.board.advertiser_count; i++) {
        const struct verdict *v = &f.advertiser[i].verdict;

        if (v->state == STATE_OK || !cause_info(v->cause)->reauthorize)
            assert_string_equal(f.advertiser[i].link, "");
    }
    assert_string_equal(f.token[AT_APAC].link, "");
    arena_free(&arena);
    board_fixture_free(&f);
    end();
}

static void without_a_place_for_the_key_all_else_goes_on(void **state)
{
    struct board_fixture f;
    struct arena arena = {.failed = false};
    struct err err = {""};

    (void)state;
    begin();
    board_fixture(&f);
    board_fixture_snapshot(&f);
    assert_int_equal(unlink(scratch_path("link.key")), 0);
    assert_int_equal(mkdir(scratch_path("link.key"), 0700), 0);
    assert_false(reauth_sign_board(config(), &f.board, &arena, PROBE_NOW, &err));
    assert_non_null(strstr(err.text, "link.key"));
    assert_string_equal(f.advertiser[AT_LOST].link, "");
    arena_free(&arena);
    board_fixture_free(&f);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ours_is_known_and_no_other, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(a_day_ends_it, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(the_key_is_made_once_and_kept_close, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(what_a_consent_mends_has_a_link, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(without_a_place_for_the_key_all_else_goes_on, scratch_setup,
                                        scratch_teardown),
    };
    log_setup(LOG_LEVEL_ERROR, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
