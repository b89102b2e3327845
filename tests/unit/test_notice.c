/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/notice: words, keys, what a trouble is; and the line of JSON that the spool and the outbox keep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fail.h"
#include "base/text.h"
#include "core/notice_private.h"
#include "notice_fixture.h"

static void assert_same(const struct notice *a, const struct notice *b)
{
    for (size_t i = 0; i < notice_text_count; i++)
        assert_string_equal(notice_text_of(a, &notice_texts[i]), notice_text_of(b, &notice_texts[i]));
    for (size_t i = 0; i <= FIX_STEPS_MAX; i++) {
        assert_int_equal(a->fix[i] == NULL, b->fix[i] == NULL);
        if (!a->fix[i])
            break;
        assert_string_equal(a->fix[i], b->fix[i]);
    }
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->from_engine, b->from_engine);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->old_state, b->old_state);
    assert_int_equal(a->cause, b->cause);
    assert_int_equal(a->old_cause, b->old_cause);
    assert_int_equal(a->has_code, b->has_code);
    assert_int_equal(a->code, b->code);
    assert_int_equal(a->urgency, b->urgency);
    assert_int_equal(a->actor, b->actor);
    assert_int_equal(a->members, b->members);
    assert_int_equal(a->at, b->at);
    assert_int_equal(a->since, b->since);
    assert_int_equal(a->last_ok, b->last_ok);
    assert_int_equal(a->verified_at, b->verified_at);
}

static char *encoded(const struct notice *notice)
{
    struct buf line;

    buf_init(&line, NOTICE_LINE_MAX);
    assert_true(notice_encode(notice, &line));
    return buf_take(&line, NULL);
}

static void comes_back_as_it_was(void **state)
{
    struct notice n = notice_fixture(), back, copy;
    struct arena arena = {0};
    struct err err = {""};
    char *line = encoded(&n);

    (void)state;
    assert_null(strchr(line, '\n'));
    if (!notice_decode(line, strlen(line), &arena, &back, &err))
        fail_msg("%s", err.text);
    assert_same(&n, &back);
    assert_true(notice_copy(&back, &arena, &copy));
    assert_same(&n, &copy);
    free(line);

    /* The least there is. */
    notice_init(&n);
    n.id = "x";
    n.key = "y";
    line = encoded(&n);
    assert_true(notice_decode(line, strlen(line), &arena, &back, &err));
    assert_same(&n, &back);
    free(line);
    arena_free(&arena);
}

static void hostile_text_is_kept_safe(void **state)
{
    static char huge[NOTICE_LINE_MAX];
    struct notice n = notice_fixture(), back;
    struct arena arena = {0};
    struct err err = {""};
    char *line;

    (void)state;
    memset(huge, '"', sizeof(huge) - 1);
    for (size_t i = 0; i < notice_text_count; i++)
        if (!notice_texts[i].is_link && strcmp(notice_texts[i].name, "id") != 0 &&
            strcmp(notice_texts[i].name, "key") != 0)
            *notice_text_at(&n, &notice_texts[i]) = huge;
    for (size_t i = 0; i < FIX_STEPS_MAX; i++)
        n.fix[i] = huge;
    n.client = "a\nb\x1b[31m\xff\xe2\x80\xae!";
    n.engine_url = "javascript:alert(1)";
    n.notes_url = "https://a.example/|<x>";
    n.runbook_url = huge;
    n.at = -5;
    n.code = INT64_MAX;
    line = encoded(&n);
    assert_true(strlen(line) < NOTICE_LINE_MAX);
    assert_null(strstr(line, "javascript"));
    assert_true(notice_decode(line, strlen(line), &arena, &back, &err));
    assert_string_equal(back.client, "a b?[31m?"
                                     "?!");
    assert_string_equal(back.engine_url, "");
    assert_string_equal(back.notes_url, "");
    assert_string_equal(back.runbook_url, "");
    assert_int_equal(strlen(back.name), NOTICE_NAME_MAX);
    assert_int_equal(back.at, 0);
    free(line);
    arena_free(&arena);
}

/* Cut at a character's boundary. */
static void long_text_is_cut_whole(void **state)
{
    struct notice n = notice_fixture(), back;
    struct arena arena = {0};
    struct err err = {""};
    char name[400];
    char *line;

    (void)state;
    for (size_t i = 0; i + 3 < sizeof(name); i += 3)
        memcpy(name + i, "\xe2\x82\xac", 4);
    n.name = name;
    line = encoded(&n);
    assert_true(notice_decode(line, strlen(line), &arena, &back, &err));
    assert_true(text_is_utf8(back.name, strlen(back.name)));
    assert_int_equal(strlen(back.name), 300); /* 99 characters and the dots */
    assert_string_equal(back.name + 294, "\xe2\x82\xac...");
    free(line);
    arena_free(&arena);
}

static void other_lines_are_refused(void **state)
{
    static const char *const LINES[] = {
        "",
        "[]",
        "{}",
        "{\"notice\":1}",
        "{\"notice\":2,\"id\":\"a\",\"key\":\"b\",\"type\":\"problem\",\"state\":\"ok\"}",
        "{\"notice\":1,\"id\":\"a\",\"type\":\"problem\",\"state\":\"ok\"}",
        "{\"notice\":1,\"id\":\"\",\"key\":\"b\",\"type\":\"problem\",\"state\":\"ok\"}",
        "{\"notice\":1,\"id\":\"a\\n\",\"key\":\"b\",\"type\":\"problem\",\"state\":\"ok\"}",
        "{\"notice\":1,\"id\":7,\"key\":\"b\",\"type\":\"problem\",\"state\":\"ok\"}",
        "{\"notice\":1,\"id\":\"a\",\"key\":\"b\",\"type\":\"party\",\"state\":\"ok\"}",
        "{\"notice\":1,\"id\":\"a\",\"key\":\"b\",\"type\":\"problem\",\"state\":\"fine\"}",
        "{\"notice\":1,\"id\":\"a\",\"key\":\"b\",\"type\":\"problem\",\"state\":3}",
        "{\"notice\":1,\"id\":\"a\",\"key\":\"b\",\"type\":\"problem\",\"state\":\"ok\",\"kind\":\"god\"}",
        "{\"notice\":1,\"id\":\"a\",\"key\":\"b\",\"type\":\"problem\",\"state\":\"ok\",\"actor\":[]}",
        "{\"notice\":1,\"id\":\"a\",\"key\":\"b\",\"type\":\"problem\",\"state\":\"ok\",\"at\":-1}",
        "{\"notice\":1,\"id\":\"a\",\"key\":\"b\",\"type\":\"problem\",\"state\":\"ok\",\"members\":4294967296}",
        "{\"notice\":1,\"id\":\"a\",\"key\":\"b\",\"type\":\"problem\",\"state\":\"ok\",\"code\":\"1\"}",
        "{\"notice\":1,\"id\":\"a\",\"key\":\"b\",\"type\":\"problem\",\"state\":\"ok\",\"fix\":\"x\"}",
        "{\"notice\":1,\"id\":\"a\",\"key\":\"b\",\"type\":\"problem\",\"state\":\"ok\",\"fix\":[1]}",
        "{\"notice\":1,\"id\":\"a\",\"key\":\"b\",\"type\":\"problem\",\"state\":\"ok\",\"from_engine\":1}",
        "{\"notice\":1,\"id\":\"a\",\"key\":\"b\",\"type\":\"problem\",\"state\":\"ok\"} x",
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(LINES); i++) {
        struct arena arena = {0};
        struct notice n;
        struct err err = {""};

        if (notice_decode(LINES[i], strlen(LINES[i]), &arena, &n, &err))
            fail_msg("taken: %s", LINES[i]);
        assert_true(err.text[0]);
        assert_string_equal(n.id, "");
        arena_free(&arena);
    }
}

/* What a newer release adds is left out; the notice stays. */
static void news_of_newer_releases_is_left_out(void **state)
{
    static const char LINE[] = "{\"notice\":1,\"id\":\"a\",\"key\":\"b\",\"type\":\"DowntimeRemoved\",\"state\":"
                               "\"warning\",\"cause\":\"eaten_by_dog\",\"colour\":\"red\"}";
    struct arena arena = {0};
    struct notice n;
    struct err err = {""};

    (void)state;
    assert_true(notice_decode(LINE, strlen(LINE), &arena, &n, &err));
    assert_int_equal(n.cause, CAUSE_COUNT);
    assert_int_equal(n.type, NOTICE_DOWNTIME_CANCELLED);
    arena_free(&arena);
}

static void types_have_the_engines_words(void **state)
{
    static const struct {
        const char *word;
        enum notice_type type;
    } WORD[] = {
        {"PROBLEM", NOTICE_PROBLEM},
        {"RECOVERY", NOTICE_RECOVERY},
        {"ACKNOWLEDGEMENT", NOTICE_ACKNOWLEDGEMENT},
        {"FLAPPINGSTART", NOTICE_FLAPPING_START},
        {"FLAPPINGSTOP", NOTICE_FLAPPING_STOP},
        {"FLAPPINGEND", NOTICE_FLAPPING_STOP},
        {"FLAPPINGDISABLED", NOTICE_FLAPPING_DISABLED},
        {"DOWNTIMESTART", NOTICE_DOWNTIME_START},
        {"DOWNTIMEEND", NOTICE_DOWNTIME_END},
        {"DOWNTIMECANCELLED", NOTICE_DOWNTIME_CANCELLED},
        {"DOWNTIMEREMOVED", NOTICE_DOWNTIME_CANCELLED},
        {"CUSTOM", NOTICE_CUSTOM},
    };
    enum notice_type type;

    (void)state;
    for (size_t i = 0; i < TTA_LEN(WORD); i++) {
        assert_true(notice_type_from_name(WORD[i].word, &type));
        assert_int_equal(type, WORD[i].type);
    }
    for (int i = NOTICE_PROBLEM; i <= NOTICE_CUSTOM; i++) {
        assert_true(notice_type_from_name(notice_type_name((enum notice_type)i), &type));
        assert_int_equal(type, i);
    }
    assert_false(notice_type_from_name("", &type));
    assert_false(notice_type_from_name("PROBLEMS", &type));
    assert_false(notice_type_from_name("PROBLE", &type));
}

static void keys(void **state)
{
    struct arena arena = {0};
    char client[400];
    const char *key, *other;

    (void)state;
    assert_string_equal(notice_key(&arena, SCOPE_API, "", "", ""), "tiktok-auth/api");
    assert_string_equal(notice_key(&arena, SCOPE_APP, "main", "741", "main"), "tiktok-auth/741");
    assert_string_equal(notice_key(&arena, SCOPE_TOKEN, "main", "741", "emea-01"),
                        "tiktok-auth/741/token/emea-01");
    assert_string_equal(notice_key(&arena, SCOPE_ENDPOINT, "main", "741", "emea-01 GET /file/video/ad/search/"),
                        "tiktok-auth/741/token/emea-01/endpoint/file/video/ad/search");
    assert_string_equal(notice_key(&arena, SCOPE_CLIENT, "main", "741", "Acme"), "tiktok-auth/741/client/Acme");
    assert_string_equal(notice_key(&arena, SCOPE_ADVERTISER, "main", "741", "7502022393087590401"),
                        "tiktok-auth/741/7502022393087590401");
    assert_string_equal(notice_key(&arena, SCOPE_APP, "api", "", "api"), "tiktok-auth/app/api");
    assert_string_equal(notice_key_of_object(&arena, "db1", ""), "tiktok-auth/engine/db1");
    assert_string_equal(notice_key_of_object(&arena, "db1", "disk /"), "tiktok-auth/engine/db1/disk /");

    /* Long ones end in a hash of the whole, and stay apart. */
    memset(client, 'x', sizeof(client) - 1);
    client[sizeof(client) - 1] = '\0';
    key = notice_key(&arena, SCOPE_CLIENT, "main", "741", client);
    assert_int_equal(strlen(key), NOTICE_KEY_MAX);
    assert_string_equal(key, notice_key(&arena, SCOPE_CLIENT, "main", "741", client));
    client[sizeof(client) - 2] = 'y';
    other = notice_key(&arena, SCOPE_CLIENT, "main", "741", client);
    assert_int_equal(strlen(other), NOTICE_KEY_MAX);
    assert_string_not_equal(key, other);
    assert_memory_equal(key, other, 200);
    /* So do those that differ in what can't be shown. */
    key = notice_key(&arena, SCOPE_CLIENT, "main", "741", "a\nb");
    assert_null(strchr(key, '\n'));
    assert_string_not_equal(key, notice_key(&arena, SCOPE_CLIENT, "main", "741", "a b"));
    assert_false(arena.failed);
    arena_free(&arena);
}

static void the_trouble_of_a_recovery_is_what_was(void **state)
{
    struct notice n = notice_fixture();

    (void)state;
    assert_true(notice_is_trouble(&n));
    assert_int_equal(notice_trouble_state(&n), STATE_CRITICAL);
    assert_int_equal(notice_trouble_urgency(&n), URGENCY_HIGH);
    n.type = NOTICE_RECOVERY;
    assert_false(notice_is_trouble(&n)); /* whatever the state says */
    n.state = STATE_OK;
    n.cause = CAUSE_AUTHORIZED;
    n.urgency = URGENCY_NONE;
    n.old_state = STATE_CRITICAL;
    n.old_cause = CAUSE_TOKEN_REVOKED;
    assert_false(notice_is_trouble(&n));
    assert_int_equal(notice_trouble_state(&n), STATE_CRITICAL);
    assert_int_equal(notice_trouble_cause(&n), CAUSE_TOKEN_REVOKED);
    assert_int_equal(notice_trouble_urgency(&n), URGENCY_HIGH);
    n.old_cause = CAUSE_COUNT;
    assert_int_equal(notice_trouble_urgency(&n), URGENCY_HIGH);
    n.old_state = STATE_WARNING;
    assert_int_equal(notice_trouble_urgency(&n), URGENCY_LOW);
}

static bool encode_without_memory(void *arg)
{
    struct buf line;
    bool ok;

    buf_init(&line, NOTICE_LINE_MAX);
    ok = notice_encode(arg, &line);
    buf_free(&line);
    return ok;
}

static bool decode_without_memory(void *arg)
{
    struct arena arena = {0};
    struct notice n;
    struct err err = {""};
    bool ok = notice_decode(arg, strlen(arg), &arena, &n, &err);

    arena_free(&arena);
    return ok;
}

static void without_memory_it_says_so(void **state)
{
    struct notice n = notice_fixture();
    char *line = encoded(&n);

    (void)state;
    assert_true(alloc_fail_each(encode_without_memory, &n) > 3);
    assert_true(alloc_fail_each(decode_without_memory, line) > 3);
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_as_it_was),
        cmocka_unit_test(hostile_text_is_kept_safe),
        cmocka_unit_test(long_text_is_cut_whole),
        cmocka_unit_test(other_lines_are_refused),
        cmocka_unit_test(news_of_newer_releases_is_left_out),
        cmocka_unit_test(types_have_the_engines_words),
        cmocka_unit_test(keys),
        cmocka_unit_test(the_trouble_of_a_recovery_is_what_was),
        cmocka_unit_test(without_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
