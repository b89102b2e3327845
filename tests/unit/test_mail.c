/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/mail: which causes bring a mail, what it says, and what hostile names can't do to it. */
#include "core/mail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static const struct mail_facts FACTS = {
    .cause = CAUSE_REVOKED,
    .granted_by = GRANTED_BY_CLIENT,
    .account = {.id = "7502022393087590401", .name = "Acme GmbH"},
    .owner = "Anna Ops",
    .app = "main",
    .login = "Acme Marketing",
    .reauth_url = "https://connect.example.com/a/7502022393087590401",
    .message = "No permission to operate advertiser: 7502022393087590401",
    .request_id = "20261122021400ABC",
    .has_code = true,
    .code = 40001,
    .since = 1795313640, /* 2026-11-22T02:14:00Z */
    .last_ok = 1795313040,
};

/* The mail as one line without the folding, so that sentences can be looked for. */
static char flat[MAIL_SIZE_MAX];

static const char *unfold(const char *text)
{
    size_t len = 0;

    for (; *text; text++) {
        bool blank = *text == ' ' || *text == '\n';

        if (!blank || (len > 0 && flat[len - 1] != ' '))
            flat[len++] = blank ? ' ' : *text;
    }
    flat[len] = '\0';
    return flat;
}

static bool write_mail(const struct mail_facts *facts, struct buf *out, struct err *err)
{
    const char *before;

    buf_init(out, MAIL_SIZE_MAX);
    err_clear(err);
    return mail_write(facts, out, &before, err);
}

static void assert_says(const struct mail_facts *facts, const char *part)
{
    struct buf out;
    struct err err;

    if (!write_mail(facts, &out, &err))
        fail_msg("no mail: %s", err.text);
    if (!strstr(unfold(buf_text(&out)), part))
        fail_msg("not in the mail: %s\n%s", part, buf_text(&out));
    buf_free(&out);
}

static void assert_silent(const struct mail_facts *facts, const char *part)
{
    struct buf out;
    struct err err;

    assert_true(write_mail(facts, &out, &err));
    if (strstr(unfold(buf_text(&out)), part))
        fail_msg("in the mail: %s", part);
    buf_free(&out);
}

static void a_lost_grant_asks_the_client_to_connect_again(void **state)
{
    (void)state;
    assert_says(&FACTS, "Subject: Please reconnect your TikTok ad account: Acme GmbH ");
    assert_says(&FACTS, "\"Acme GmbH\" (number 7502022393087590401)");
    assert_says(&FACTS, "since 22 November 2026, 02:14 UTC");
    assert_says(&FACTS, "https://connect.example.com/a/7502022393087590401");
    assert_says(&FACTS, "leave all switches on");
    assert_says(&FACTS, "a code by e-mail");
    assert_says(&FACTS, "what is not chosen is not connected");
    assert_says(&FACTS, "(Acme Marketing)");
    assert_says(&FACTS, "or ask Anna Ops");
    assert_says(&FACTS,
                "revoked, code 40001, request 20261122021400ABC, last seen working 22 November 2026, 02:04 UTC");
}

static void without_a_link_it_names_the_clicks(void **state)
{
    struct mail_facts facts = FACTS;

    (void)state;
    facts.reauth_url = "";
    assert_says(&facts, "go to App Management, find our app");
    facts.login = facts.owner = facts.request_id = "";
    facts.account.name = "";
    facts.since = facts.last_ok = 0;
    facts.has_code = false;
    assert_says(&facts, "Subject: Please reconnect your TikTok ad account: 7502022393087590401 ");
    assert_says(&facts, "just answer this mail. None of us");
    assert_says(&facts, "account 7502022393087590401, app main, revoked ");
    assert_silent(&facts, "never");
    assert_silent(&facts, "()");
}

static void what_we_connected_is_shared_not_connected(void **state)
{
    struct mail_facts facts = FACTS;

    (void)state;
    facts.granted_by = GRANTED_BY_US;
    assert_says(&facts, "Please share your TikTok ad account with us again");
    assert_says(&facts, "Look under Partners");
    assert_silent(&facts, "connect.example.com");
}

static void some_causes_need_us_first(void **state)
{
    struct mail_facts facts = FACTS;
    const char *before;
    struct buf out;
    struct err err;

    (void)state;
    buf_init(&out, MAIL_SIZE_MAX);
    facts.cause = CAUSE_ENDPOINT_PERMISSION;
    assert_true(mail_write(&facts, &out, &before, &err));
    assert_non_null(strstr(before, "added to the app"));
    buf_reset(&out);
    facts.cause = CAUSE_REVOKED;
    assert_true(mail_write(&facts, &out, &before, &err));
    assert_null(before);
    buf_free(&out);
}

static void the_message_names_a_missing_asset(void **state)
{
    struct mail_facts facts = FACTS;

    (void)state;
    facts.cause = CAUSE_ASSET_PERMISSION;
    facts.message = "You don't have permission to operate this catalog:123456";
    assert_says(&facts, "operate this catalog:123456");
}

/* Exactly these have something that the client can do. */
static void each_cause_has_a_mail_or_a_reason(void **state)
{
    static const struct {
        enum cause cause;
        bool client, us;
    } MAILS[] = {
        {CAUSE_REVOKED, true, true},          {CAUSE_NEVER_CONNECTED, true, true},
        {CAUSE_ACCOUNT_ACCESS, true, true},   {CAUSE_ENDPOINT_PERMISSION, true, false},
        {CAUSE_SCOPE_MISSING, true, false},   {CAUSE_ASSET_PERMISSION, true, true},
        {CAUSE_TOKEN_REVOKED, true, false},   {CAUSE_TOKEN_EXPIRED, true, false},
        {CAUSE_TOKEN_USER, true, false},      {CAUSE_DELETED, true, true},
        {CAUSE_ACCOUNT_CLOSED, true, true},   {CAUSE_ACCOUNT_SUSPENDED, true, true},
        {CAUSE_ACCOUNT_REJECTED, true, true},
    };

    (void)state;
    for (int cause = 0; cause < CAUSE_COUNT; cause++) {
        bool client = false, us = false;

        for (size_t i = 0; i < TTA_LEN(MAILS); i++) {
            client = client || ((int)MAILS[i].cause == cause && MAILS[i].client);
            us = us || ((int)MAILS[i].cause == cause && MAILS[i].us);
        }
        for (int grantor = GRANTED_BY_CLIENT; grantor <= GRANTED_BY_US; grantor++) {
            struct mail_facts facts = FACTS;
            struct buf out;
            struct err err;
            bool wrote;

            facts.cause = (enum cause)cause;
            facts.granted_by = (enum grantor)grantor;
            wrote = write_mail(&facts, &out, &err);
            if (wrote != (grantor == GRANTED_BY_US ? us : client))
                fail_msg("%s, %s: %s", cause_name(facts.cause), grantor == GRANTED_BY_US ? "us" : "client",
                         wrote ? "a mail" : "no mail");
            if (!wrote) {
                assert_true(strstr(err.text, "the client") != NULL);
                assert_int_equal(buf_len(&out), 0);
            }
            buf_free(&out);
        }
    }
}

static void assert_fit_to_send(const struct buf *out)
{
    const char *text = buf_text(out);
    const char *end_of_subject = strchr(text, '\n');

    assert_true(text_is_utf8(text, buf_len(out)));
    assert_int_equal(strncmp(text, "Subject: ", 9), 0);
    assert_int_equal(end_of_subject[1], '\n');
    for (const char *c = text; c < end_of_subject; c++)
        assert_in_range((unsigned char)*c, 0x20, 0x7e);
    for (const char *line = end_of_subject; *line;) {
        size_t len = strcspn(line, "\n");

        if (len > 76 && !strstr(line, "https://"))
            fail_msg("a line of %zu bytes: %.*s", len, (int)len, line);
        line += len + (line[len] ? 1 : 0);
    }
    for (size_t i = 0; i < buf_len(out); i++)
        if ((unsigned char)text[i] < 0x20 && text[i] != '\n')
            fail_msg("control character %d", text[i]);
}

static void hostile_names_bend_no_mail(void **state)
{
    static const char *const NAME[] = {
        "x\r\nBcc: everybody@example.com\r\n\r\nbody",
        "\033]0;evil\007\033[2J",
        "\xff\xfe broken \x80 bytes",
        "M\xc3\xbcller & S\xc3\xb6hne \xe2\x80\xae"
        "evil",
        "a name that is long enough to be cut because nobody reads so much of a name in a mail, or in a subject "
        "line",
        "%s%n%s",
        "",
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(NAME); i++)
        for (int cause = 0; cause < CAUSE_COUNT; cause++) {
            struct mail_facts facts = FACTS;
            const struct mail_account other = {.id = "1", .name = NAME[i]};
            struct buf out;
            struct err err;

            facts.cause = (enum cause)cause;
            facts.account.name = facts.owner = facts.login = facts.message = facts.request_id = NAME[i];
            facts.other = &other;
            facts.other_count = 1;
            if (write_mail(&facts, &out, &err))
                assert_fit_to_send(&out);
            buf_free(&out);
        }
}

static void a_subject_is_ascii_or_has_the_number(void **state)
{
    struct mail_facts facts = FACTS;

    (void)state;
    facts.account.name = "M\xc3\xbcller";
    assert_says(&facts, "Subject: Please reconnect your TikTok ad account: 7502022393087590401 ");
    assert_says(&facts, "\"M\xc3\xbcller\" (number");
}

static void codes_stand_in_the_reference_alone(void **state)
{
    (void)state;
    for (int cause = 0; cause < CAUSE_COUNT; cause++) {
        struct mail_facts facts = FACTS;
        struct buf out;
        struct err err;

        facts.cause = (enum cause)cause;
        if (write_mail(&facts, &out, &err)) {
            const char *reference = strstr(buf_text(&out), "Reference for our support");
            const char *code = strstr(buf_text(&out), "40001");

            assert_non_null(reference);
            assert_non_null(code);
            assert_true(code > reference);
        }
        buf_free(&out);
    }
}

static void further_accounts_are_listed_and_counted(void **state)
{
    struct mail_account other[MAIL_OTHERS_MAX];
    struct mail_facts facts = FACTS;

    (void)state;
    for (size_t i = 0; i < MAIL_OTHERS_MAX; i++)
        other[i] = (struct mail_account){.id = "99", .name = i == 0 ? "Acme Nordics" : ""};
    facts.other = other;
    facts.other_count = 2;
    assert_says(&facts, "- \"Acme Nordics\" (number 99) - number 99");
    assert_says(&facts, "the further accounts listed below");
    facts.other_count = MAIL_OTHERS_MAX + 7;
    assert_says(&facts, "- and 7 more");
}

static void a_buffer_too_small_is_an_error(void **state)
{
    const char *before;
    struct buf out;
    struct err err = {.text = ""};

    (void)state;
    buf_init(&out, 100);
    assert_false(mail_write(&FACTS, &out, &before, &err));
    assert_true(err.text[0]);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lost_grant_asks_the_client_to_connect_again),
        cmocka_unit_test(without_a_link_it_names_the_clicks),
        cmocka_unit_test(what_we_connected_is_shared_not_connected),
        cmocka_unit_test(some_causes_need_us_first),
        cmocka_unit_test(the_message_names_a_missing_asset),
        cmocka_unit_test(each_cause_has_a_mail_or_a_reason),
        cmocka_unit_test(hostile_names_bend_no_mail),
        cmocka_unit_test(a_subject_is_ascii_or_has_the_number),
        cmocka_unit_test(codes_stand_in_the_reference_alone),
        cmocka_unit_test(further_accounts_are_listed_and_counted),
        cmocka_unit_test(a_buffer_too_small_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
