/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/notify: from an engine's notification to what receivers are sent, with receivers that fail as they are
 * told and time that passes when it is said. */
#include "probe/notify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "probe/enqueue.h"
#include "probe/notify_try.h"
#include "probe/standing.h"
#include "probe_fixture.h"
#include "scratch.h"

enum { SERVERS = 4, SENT_MAX = 400, STEP_MS = 50 };

/* A receiver. */
struct server {
    char url[64];
    bool used;
    bool hangs;
    int status; /* of its answers; 0: no connection */
    int64_t retry_after_s;
    const char *fails_with; /* bodies that have this are answered by 500; NULL: none */
};

struct sent {
    const struct server *server;
    char *path, *body, *headers;
    bool answered;
    http_done_fn *done;
    void *arg;
};

struct world {
    struct env env; /* its ctx is the world */
    struct notify_env notify_env;
    int64_t wall_ms, mono_ms;
    uint32_t number;
    struct server server[SERVERS];
    struct sent sent[SENT_MAX];
    size_t count;
    struct standing *standing;
    struct notify *notify;
};

static struct world world;

/* --- the outside ----------------------------------------------------------------------------------------------
 */

static int64_t fake_wall(void *ctx)
{
    (void)ctx;
    return world.wall_ms;
}

static int64_t fake_mono(void *ctx)
{
    (void)ctx;
    return world.mono_ms;
}

static uint32_t fake_random(void *ctx)
{
    (void)ctx;
    return world.number++;
}

static void fake_wait(void *ctx, int64_t timeout_ms)
{
    (void)ctx;
    world.mono_ms += timeout_ms;
    world.wall_ms += timeout_ms;
}

static char *joined(const struct http_request *request)
{
    struct buf text;
    char *out;

    buf_init(&text, 64 * 1024);
    for (size_t i = 0; i < request->header_count; i++)
        buf_printf(&text, "%s: %s\n", request->headers[i].name, request->headers[i].value);
    out = strdup(buf_text(&text));
    buf_free(&text);
    return out;
}

static struct http_call *fake_start(void *ctx, const struct http_request *request, http_done_fn *done, void *arg)
{
    struct sent *sent = &world.sent[world.count];

    assert_in_range(world.count, 0, SENT_MAX - 1);
    *sent = (struct sent){.server = ctx,
                          .path = strdup(request->path ? request->path : ""),
                          .body = strdup(request->body),
                          .headers = joined(request),
                          .done = done,
                          .arg = arg};
    world.count++;
    return (struct http_call *)(void *)sent;
}

static void fake_cancel(void *ctx, struct http_call *call)
{
    (void)ctx;
    ((struct sent *)(void *)call)->answered = true;
}

static void *fake_reach(void *ctx, const struct http_options *options, struct env *out, struct err *err)
{
    (void)ctx;
    (void)err;
    for (size_t i = 0; i < SERVERS; i++) {
        struct server *server = &world.server[i];

        if (server->used && strcmp(server->url, options->base_url) != 0)
            continue;
        if (!server->used) {
            (void)snprintf(server->url, sizeof(server->url), "%s", options->base_url);
            server->used = true;
        }
        *out = world.env;
        out->ctx = server;
        out->start = fake_start;
        out->cancel = fake_cancel;
        return server;
    }
    return NULL;
}

static void fake_leave(void *ctx, void *server)
{
    (void)ctx;
    (void)server;
}

static void answer_all(void)
{
    for (size_t i = 0; i < world.count; i++) {
        struct sent *sent = &world.sent[i];
        const struct server *server = sent->server;
        struct http_answer answer = {.outcome = server->status ? HTTP_DONE : HTTP_NO_CONNECT,
                                     .status = server->status,
                                     .body = "said",
                                     .body_len = 4,
                                     .detail = "no connection",
                                     .retry_after_s = server->retry_after_s};

        if (server->fails_with && strstr(sent->body, server->fails_with))
            answer.status = 500;
        if (sent->answered || server->hangs)
            continue;
        sent->answered = true;
        sent->done(sent->arg, &answer);
    }
}

/* Lets so much time pass. */
static void pass(int64_t ms)
{
    for (int64_t end = world.mono_ms + ms; world.mono_ms < end;) {
        int64_t wake_ms;

        notify_step(world.notify, &wake_ms);
        answer_all();
        fake_wait(NULL, STEP_MS);
    }
}

/* --- a worker -------------------------------------------------------------------------------------------------
 */

static const char PAGERDUTY[] = "[notify pd]\nkind = pagerduty\nfrom = engine\nurl = http://127.0.0.1:1\n"
                                "key_file = pd.key\ngroup_wait = 1s\ngroup_over = 3\nretry_base = 1s\n"
                                "retry_max = 4s\nexpire = 1m\n";
static const char WEBHOOK[] = "[notify hook]\nkind = webhook\nfrom = engine\nurl = http://127.0.0.1:2/hook\n"
                              "secret_file = hook.key\ngroup_wait = 1s\nretry_base = 1s\n";
static const char ALERTMANAGER[] = "[notify am]\nkind = alertmanager\nfrom = engine\nurl = http://127.0.0.1:3\n"
                                   "group_wait = 1s\nresend = 10s\n";

static void begin_with(const char *sections)
{
    struct err err = {""};
    char text[4096];

    memset(&world, 0, sizeof(world));
    world.wall_ms = PROBE_NOW * 1000;
    world.mono_ms = 1000;
    world.env = (struct env){
        .ctx = &world, .wall_ms = fake_wall, .mono_ms = fake_mono, .random = fake_random, .wait = fake_wait};
    world.notify_env = (struct notify_env){.env = &world.env, .reach = fake_reach, .leave = fake_leave};
    for (size_t i = 0; i < SERVERS; i++)
        world.server[i].status = 202;
    probe_secret("pd.key", "0123456789abcdef0123456789abcdef\n");
    probe_secret("hook.key", "hook-secret\n");
    (void)snprintf(text, sizeof(text), "%s", sections); /* fits */
    world.standing = standing_new(probe_config(text), &err);
    if (!world.standing)
        fail_msg("%s", err.text);
    world.notify = notify_new(&world.notify_env, standing_config(world.standing));
    assert_non_null(world.notify);
}

static void forget_sent(void)
{
    for (size_t i = 0; i < world.count; i++) {
        free(world.sent[i].path);
        free(world.sent[i].body);
        free(world.sent[i].headers);
    }
    world.count = 0;
}

static int end(void **state)
{
    notify_free(world.notify);
    standing_free(world.standing);
    forget_sent();
    world.notify = NULL;
    world.standing = NULL;
    world.count = 0;
    return scratch_teardown(state);
}

/* As if the process had been killed, and another were begun. */
static void die_and_begin_again(void)
{
    notify_free(world.notify);
    world.notify = notify_new(&world.notify_env, standing_config(world.standing));
    assert_non_null(world.notify);
}

static void reload(const char *sections)
{
    struct err err = {""};

    (void)probe_config(sections);
    if (!standing_reload(world.standing, &err))
        fail_msg("%s", err.text);
    notify_reload(world.notify, standing_config(world.standing));
}

static void put_event(const struct engine_event *event)
{
    struct err err = {""};

    if (notify_enqueue(&world.env, standing_path(world.standing), event, &err) != ENQUEUED)
        fail_msg("%s", err.text);
}

/* The engine tells of a service; at a time of its own, so that nothing looks like a repetition. */
static void put(const char *type, const char *service, const char *state)
{
    static int64_t since;
    char time[32], changed[32];

    (void)snprintf(time, sizeof(time), "%lld", (long long)(world.wall_ms / 1000));      /* fits */
    (void)snprintf(changed, sizeof(changed), "%lld", (long long)(PROBE_NOW - ++since)); /* fits */
    put_event(&(struct engine_event){.engine = "nagios",
                                     .type = type,
                                     .host = "tiktok-main",
                                     .service = service,
                                     .state = state,
                                     .time = time,
                                     .since = changed,
                                     .output = "said by the check"});
}

/* How many requests held all of these texts. */
static size_t count_sent(const char *part, const char *other)
{
    size_t count = 0;

    for (size_t i = 0; i < world.count; i++)
        count += strstr(world.sent[i].body, part) && strstr(world.sent[i].body, other);
    return count;
}

#define ID "7502022393087590401"
#define KEY "tiktok-auth/7055107885017071618/" ID "\""
#define TOKEN_KEY "tiktok-auth/7055107885017071618/token/one\""

/* --- tests ----------------------------------------------------------------------------------------------------
 */

static void a_problem_waits_for_others_and_is_told_once(void **state)
{
    (void)state;
    begin_with(PAGERDUTY);
    put("PROBLEM", ID, "CRITICAL");
    pass(900);
    assert_int_equal(world.count, 0);
    pass(400);
    assert_int_equal(world.count, 1);
    assert_int_equal(count_sent(KEY, "\"trigger\""), 1);
    assert_string_equal(world.sent[0].path, "/v2/enqueue");
    assert_null(strstr(world.sent[0].body, "0123456789abcdef0123456789abcdef"));
    pass(5000);
    assert_int_equal(world.count, 1);
    put("RECOVERY", ID, "OK");
    pass(600);
    assert_int_equal(count_sent(KEY, "\"resolve\""), 1);
    assert_int_equal(world.count, 2);
    assert_int_equal(notify_counts(world.notify).open, 0);
}

static void what_lies_above_waits_for_nobody(void **state)
{
    (void)state;
    begin_with(PAGERDUTY);
    put("PROBLEM", "token-one", "CRITICAL");
    pass(600);
    assert_int_equal(count_sent(TOKEN_KEY, "\"trigger\""), 1);
}

static void what_is_over_within_the_wait_is_not_told(void **state)
{
    (void)state;
    begin_with(PAGERDUTY);
    put("PROBLEM", ID, "CRITICAL");
    pass(600);
    put("RECOVERY", ID, "OK");
    pass(5000);
    assert_int_equal(world.count, 0);
    assert_int_equal(notify_counts(world.notify).waiting, 0);
}

static void one_notification_for_many_contacts_is_one(void **state)
{
    struct engine_event event = {.engine = "nagios",
                                 .type = "PROBLEM",
                                 .host = "tiktok-main",
                                 .service = "token-one",
                                 .state = "CRITICAL",
                                 .time = "1795316400",
                                 .since = "1795316300",
                                 .output = "dead"};

    (void)state;
    begin_with(PAGERDUTY);
    put_event(&event);
    put_event(&event);
    pass(600);
    event.time = "1795316402"; /* a contact later in the list */
    put_event(&event);
    pass(600);
    assert_int_equal(world.count, 1);
}

static void a_webhook_is_signed_and_has_the_id(void **state)
{
    (void)state;
    begin_with(WEBHOOK);
    put("PROBLEM", "token-one", "CRITICAL");
    pass(600);
    assert_int_equal(world.count, 1);
    assert_string_equal(world.sent[0].path, "");
    assert_non_null(strstr(world.sent[0].headers, "X-Tiktok-Auth-Id: nagios/"));
    assert_non_null(strstr(world.sent[0].headers, "X-Tiktok-Auth-Timestamp: 17953"));
    assert_non_null(strstr(world.sent[0].headers, "X-Tiktok-Auth-Signature: sha256="));
    assert_null(strstr(world.sent[0].headers, "hook-secret"));
}

static void order_is_kept_while_a_receiver_is_away(void **state)
{
    (void)state;
    begin_with(PAGERDUTY);
    put("PROBLEM", "token-one", "CRITICAL");
    pass(600);
    assert_int_equal(world.count, 1);
    world.server[0].status = 0;
    put("ACKNOWLEDGEMENT", "token-one", "CRITICAL");
    pass(600);
    put("RECOVERY", "token-one", "OK");
    pass(5000);
    /* Nothing overtakes what fails. */
    assert_int_equal(count_sent("\"resolve\"", ""), 0);
    assert_in_range(count_sent("\"acknowledge\"", ""), 2, 4);
    world.server[0].status = 202;
    pass(6000);
    assert_int_equal(count_sent("\"resolve\"", ""), 1);
    assert_non_null(strstr(world.sent[world.count - 1].body, "\"resolve\""));
    assert_int_equal(notify_counts(world.notify).waiting, 0);
}

static void a_receiver_that_hangs_delays_no_other(void **state)
{
    (void)state;
    begin_with("");
    reload("[notify pd]\nkind = pagerduty\nfrom = engine\nurl = http://127.0.0.1:1\nkey_file = pd.key\n"
           "[notify hook]\nkind = webhook\nfrom = engine\nurl = http://127.0.0.1:2\nsecret_file = hook.key\n");
    put("PROBLEM", "token-one", "CRITICAL");
    pass(600);
    assert_int_equal(world.count, 2);
    world.server[0].hangs = true;
    put("PROBLEM", "token-two", "CRITICAL");
    put("PROBLEM", "app", "CRITICAL");
    put("RECOVERY", "token-one", "OK");
    pass(1500);
    for (size_t i = 2; i < world.count; i++)
        assert_true(world.sent[i].answered || world.sent[i].server == &world.server[0]);
    assert_int_equal(notify_counts(world.notify).flights, 3);
    assert_int_equal(notify_counts(world.notify).waiting, 3);
    /* And what comes after waits for what it is about. */
    put("RECOVERY", "token-two", "OK");
    pass(1500);
    assert_int_equal(count_sent("token/two", "\"event_action\":\"resolve\""), 0);
    world.server[0].hangs = false;
    pass(1500);
    assert_int_equal(count_sent("token/two", "\"event_action\":\"resolve\""), 1);
    assert_int_equal(notify_counts(world.notify).waiting, 0);
}

static void it_waits_as_long_as_retry_after_asks(void **state)
{
    (void)state;
    begin_with(PAGERDUTY);
    world.server[0].status = 429;
    world.server[0].retry_after_s = 20;
    put("PROBLEM", "token-one", "CRITICAL");
    pass(15000);
    assert_int_equal(world.count, 1);
    world.server[0].status = 202;
    pass(10000);
    assert_int_equal(world.count, 2);
    assert_int_equal(notify_counts(world.notify).waiting, 0);
}

struct listed {
    size_t dead, waiting;
    char fault[ERR_TEXT_MAX];
};

static bool list_one(void *arg, const struct notify_letter *letter)
{
    struct listed *listed = arg;

    listed->dead += letter->dead;
    listed->waiting += !letter->dead;
    (void)snprintf(listed->fault, sizeof(listed->fault), "%s", letter->fault); /* the same size */
    return true;
}

static struct listed list(void)
{
    struct listed listed = {.dead = 0};
    struct err err = {""};
    size_t spooled, aside;

    if (!notify_list(standing_config(world.standing), list_one, &listed, &spooled, &aside, &err))
        fail_msg("%s", err.text);
    return listed;
}

static void what_is_refused_is_a_dead_letter_until_it_is_retried(void **state)
{
    struct err err = {""};
    int64_t again, dropped;

    (void)state;
    begin_with(PAGERDUTY);
    world.server[0].status = 400;
    put("PROBLEM", "token-one", "CRITICAL");
    pass(600);
    assert_int_equal(list().dead, 1);
    assert_string_equal(list().fault, "400: said");
    world.server[0].status = 202;
    pass(10000);
    assert_int_equal(world.count, 1);
    /* By another process. */
    assert_true(notify_retry(standing_config(world.standing), 0, world.wall_ms, &again, &dropped, &err));
    assert_int_equal(again, 1);
    pass(1000);
    assert_int_equal(world.count, 2);
    assert_int_equal(list().dead, 0);
    assert_int_equal(notify_counts(world.notify).open, 1);
}

static void what_fails_for_too_long_is_a_dead_letter(void **state)
{
    (void)state;
    begin_with(PAGERDUTY);
    world.server[0].status = 503;
    put("PROBLEM", "token-one", "CRITICAL");
    pass(50000);
    assert_int_equal(list().waiting, 1);
    world.wall_ms += 86400000; /* a clock that is set is not the time that passes */
    pass(2000);
    assert_int_equal(list().waiting, 1);
    pass(15000);
    assert_int_equal(list().dead, 1);
    assert_in_range(world.count, 12, 25);
}

static void a_clock_set_back_holds_up_nothing(void **state)
{
    (void)state;
    begin_with(PAGERDUTY);
    put("PROBLEM", ID, "CRITICAL");
    pass(600);
    world.wall_ms -= 86400000;
    die_and_begin_again();
    pass(1200);
    assert_int_equal(count_sent(KEY, "\"trigger\""), 1);
    put("RECOVERY", ID, "OK");
    pass(600);
    assert_int_equal(count_sent(KEY, "\"resolve\""), 1);
}

static void whoever_dies_leaves_it_to_the_next(void **state)
{
    (void)state;
    begin_with(PAGERDUTY);
    world.server[0].hangs = true;
    put("PROBLEM", "token-one", "CRITICAL");
    pass(600);
    assert_int_equal(world.count, 1);
    die_and_begin_again();
    world.server[0].hangs = false;
    pass(600);
    assert_int_equal(world.count, 2);
    assert_string_equal(world.sent[0].body, world.sent[1].body);
    die_and_begin_again();
    put("RECOVERY", "token-one", "OK");
    pass(600);
    assert_int_equal(count_sent(TOKEN_KEY, "\"resolve\""), 1);
}

static void put_losses(const char *type, const char *state, int first, int count)
{
    for (int i = first; i < first + count; i++) {
        char id[32];

        (void)snprintf(id, sizeof(id), "75020223930875905%02d", i); /* fits */
        put(type, id, state);
    }
}

static void many_losses_are_one_alert_with_a_list_that_gets_shorter(void **state)
{
    (void)state;
    begin_with(PAGERDUTY);
    put_losses("PROBLEM", "CRITICAL", 0, 5);
    pass(2000);
    assert_int_equal(world.count, 1);
    assert_int_equal(count_sent("tiktok-auth/group/", "7502022393087590504"), 1);
    put_losses("RECOVERY", "OK", 4, 1);
    pass(2000);
    assert_int_equal(world.count, 2);
    assert_non_null(strstr(world.sent[1].body, "\"trigger\""));
    assert_null(strstr(world.sent[1].body, "7502022393087590504"));
    /* All that are left were taken. */
    put_losses("ACKNOWLEDGEMENT", "CRITICAL", 0, 4);
    pass(2000);
    assert_non_null(strstr(world.sent[world.count - 1].body, "\"acknowledge\""));
    die_and_begin_again();
    put_losses("RECOVERY", "OK", 0, 4);
    pass(2000);
    assert_non_null(strstr(world.sent[world.count - 1].body, "\"resolve\""));
    assert_int_equal(count_sent("\"resolve\"", ""), 1);
    assert_int_equal(notify_counts(world.notify).open, 0);
}

static void a_resolve_goes_where_its_trigger_went(void **state)
{
    (void)state;
    begin_with(PAGERDUTY);
    put("PROBLEM", "token-one", "CRITICAL");
    pass(600);
    reload(WEBHOOK);
    put("RECOVERY", "token-one", "OK");
    pass(600);
    assert_int_equal(world.count, 2);
    assert_ptr_equal(world.sent[1].server, &world.server[0]);
    put("PROBLEM", "token-one", "CRITICAL");
    pass(600);
    assert_int_equal(world.count, 3);
    assert_ptr_not_equal(world.sent[2].server, &world.server[0]);
}

static void alertmanager_is_told_again_what_is_open(void **state)
{
    size_t told;

    (void)state;
    begin_with(ALERTMANAGER);
    put("PROBLEM", "token-one", "CRITICAL");
    put("PROBLEM", "token-two", "CRITICAL");
    pass(2000);
    told = world.count;
    pass(30000);
    assert_in_range(world.count, told + 2, told + 4);
    /* Both in one. */
    assert_true(count_sent(TOKEN_KEY, "token/two\"") >= 2);
    put("RECOVERY", "token-one", "OK");
    pass(1000);
    forget_sent();
    pass(30000);
    assert_int_equal(count_sent(TOKEN_KEY, ""), 0);
    assert_true(count_sent("token/two\"", "") >= 2);
}

static void what_nobody_can_take_waits_until_the_section_is_mended(void **state)
{
    struct engine_event event = {
        .engine = "nagios", .type = "PROBLEM", .host = "tiktok-main", .service = "token-one", .state = "CRITICAL"};
    struct err err = {""};

    (void)state;
    begin_with("[notify pd]\nkind = pagerduty\nfrom = engine\nurl = http://127.0.0.1:1\n");
    assert_int_equal(notify_enqueue(&world.env, standing_path(world.standing), &event, &err), ENQUEUED_BLINDLY);
    event.service = "token-two";
    assert_int_equal(notify_enqueue(&world.env, standing_path(world.standing), &event, &err), ENQUEUED_BLINDLY);
    pass(3000);
    assert_int_equal(world.count, 0);
    reload(PAGERDUTY);
    pass(1500);
    assert_int_equal(count_sent(TOKEN_KEY, "\"trigger\""), 1);
    assert_int_equal(count_sent("token/two\"", "\"trigger\""), 1);
}

static void an_end_that_cannot_be_told_is_one(void **state)
{
    (void)state;
    begin_with("");
    reload("[notify am]\nkind = alertmanager\nfrom = engine\nurl = http://127.0.0.1:3\nresend = 10s\n"
           "expire = 30s\nretry_base = 1s\nretry_max = 2s\n");
    put("PROBLEM", "token-one", "CRITICAL");
    pass(1000);
    world.server[0].status = 503;
    put("RECOVERY", "token-one", "OK");
    pass(40000);
    assert_int_equal(list().dead, 1);
    assert_int_equal(notify_counts(world.notify).open, 0);
    world.server[0].status = 200;
    forget_sent();
    die_and_begin_again();
    pass(30000);
    assert_int_equal(world.count, 0);
}

static void what_cannot_be_read_holds_up_nothing(void **state)
{
    (void)state;
    begin_with(PAGERDUTY);
    put("PROBLEM", "token-one", "CRITICAL");
    assert_int_equal(mkdir(scratch_path("notify/0000000000000001-00000001.notice"), 0700), 0);
    pass(600);
    assert_int_equal(count_sent(TOKEN_KEY, "\"trigger\""), 1);
    assert_non_null(strstr(notify_fault(world.notify), "not a regular file"));
    put("RECOVERY", "token-one", "OK");
    pass(600);
    assert_int_equal(count_sent(TOKEN_KEY, "\"resolve\""), 1);
    assert_int_equal(rmdir(scratch_path("notify/0000000000000001-00000001.notice")), 0);
    pass(600);
    assert_string_equal(notify_fault(world.notify), "");
}

/* A receiver that fails with one letter alone takes the others meanwhile. */
static void a_letter_that_fails_alone_holds_up_no_other(void **state)
{
    (void)state;
    begin_with(PAGERDUTY);
    world.server[0].fails_with = TOKEN_KEY;
    put("PROBLEM", "token-one", "CRITICAL");
    pass(600);
    put("PROBLEM", "token-two", "CRITICAL");
    put("PROBLEM", "token-three", "CRITICAL");
    pass(20000);
    assert_int_equal(count_sent("token/two\"", ""), 1);
    assert_int_equal(count_sent("token/three\"", ""), 1);
    assert_int_equal(list().waiting, 1);
    world.server[0].fails_with = NULL;
    pass(5000);
    assert_int_equal(list().waiting, 0);
    /* What stands before the receiver fails with all: those that were never tried and are over are not told. */
    world.server[0].status = 502;
    put("PROBLEM", "token-four", "CRITICAL");
    pass(600);
    put("PROBLEM", "token-five", "CRITICAL");
    pass(20000);
    put("RECOVERY", "token-five", "OK");
    pass(600);
    world.server[0].status = 202;
    forget_sent();
    pass(8000);
    assert_int_equal(count_sent("token/four\"", ""), 1);
    assert_int_equal(count_sent("token/five\"", ""), 0);
}

static void a_full_disk_keeps_what_lies_in_the_spool(void **state)
{
    (void)state;
    begin_with(PAGERDUTY);
    /* In place of the outbox: a folder. */
    assert_int_equal(mkdir(scratch_path("notify.db"), 0700), 0);
    put("PROBLEM", "token-one", "CRITICAL");
    pass(3000);
    assert_int_equal(world.count, 0);
    assert_true(notify_fault(world.notify)[0] != '\0');
    assert_int_equal(rmdir(scratch_path("notify.db")), 0);
    pass(3000);
    assert_int_equal(world.count, 1);
    assert_string_equal(notify_fault(world.notify), "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, end)
    static const struct CMUnitTest tests[] = {
        TEST(a_problem_waits_for_others_and_is_told_once),
        TEST(what_lies_above_waits_for_nobody),
        TEST(what_is_over_within_the_wait_is_not_told),
        TEST(one_notification_for_many_contacts_is_one),
        TEST(a_webhook_is_signed_and_has_the_id),
        TEST(order_is_kept_while_a_receiver_is_away),
        TEST(a_receiver_that_hangs_delays_no_other),
        TEST(it_waits_as_long_as_retry_after_asks),
        TEST(what_is_refused_is_a_dead_letter_until_it_is_retried),
        TEST(what_fails_for_too_long_is_a_dead_letter),
        TEST(a_clock_set_back_holds_up_nothing),
        TEST(whoever_dies_leaves_it_to_the_next),
        TEST(many_losses_are_one_alert_with_a_list_that_gets_shorter),
        TEST(a_resolve_goes_where_its_trigger_went),
        TEST(alertmanager_is_told_again_what_is_open),
        TEST(what_nobody_can_take_waits_until_the_section_is_mended),
        TEST(an_end_that_cannot_be_told_is_one),
        TEST(what_cannot_be_read_holds_up_nothing),
        TEST(a_letter_that_fails_alone_holds_up_no_other),
        TEST(a_full_disk_keeps_what_lies_in_the_spool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
