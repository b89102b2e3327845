/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/notify: the worker between a spool and receivers that keep books of their own, in a time that passes as it
 * is told. Whatever fails and wherever it dies, each receiver ends with exactly the alerts that are open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fail.h"
#include "ext/json.h"
#include "probe/config_file.h"
#include "probe/enqueue.h"
#include "probe/notify.h"
#include "probe_fixture.h"
#include "scratch.h"

enum { SERVERS = 4, CALLS_MAX = 64, ALERTS_MAX = 64, KEY_MAX = 300, LATENCY_MS = 20 };

/* --- receivers -------------------------------------------------------------------------------------------------
 */

/* A receiver, known by its URL, as PagerDuty keeps its book: one alert for a key. */
struct server {
    char url[100];
    char open[ALERTS_MAX][KEY_MAX];
    bool acknowledged[ALERTS_MAX];
    char *said[ALERTS_MAX]; /* the newest trigger */
    size_t open_count;
    int status;            /* what it answers; 0: nobody is there */
    int64_t retry_after_s; /* with it */
    bool hangs;
    size_t asked, taken;
    char last[64 * 1024]; /* body */
    struct world *world;
};

struct call {
    struct server *server; /* NULL: free */
    http_done_fn *done;
    void *arg;
    char *body;
    int64_t at_ms;
};

struct world {
    struct env env;
    struct notify_env outside;
    int64_t wall_ms, mono_ms;
    uint32_t seed;
    struct server server[SERVERS];
    size_t server_count;
    struct call call[CALLS_MAX];
    const char *config_path;
    struct complaints complaints;
    struct config *config;
    struct notify *notify;
    unsigned events;
};

static uint32_t chance(struct world *w)
{
    w->seed = w->seed * 1664525u + 1013904223u;
    return w->seed >> 8;
}

static size_t find_alert(const struct server *server, const char *key)
{
    size_t i = 0;

    while (i < server->open_count && strcmp(server->open[i], key) != 0)
        i++;
    return i;
}

static void keep_book(struct server *server, const char *action, const char *key, const char *body)
{
    size_t at = find_alert(server, key);
    bool triggers = strcmp(action, "trigger") == 0;

    if (triggers && at == server->open_count) {
        assert_true(at < ALERTS_MAX);
        snprintf(server->open[at], KEY_MAX, "%s", key);
        server->acknowledged[at] = false;
        server->said[at] = NULL;
        server->open_count++;
    }
    if (triggers) {
        free(server->said[at]);
        server->said[at] = strdup(body);
    } else if (strcmp(action, "acknowledge") == 0 && at < server->open_count) {
        server->acknowledged[at] = true;
    } else if (strcmp(action, "resolve") == 0 && at < server->open_count) {
        free(server->said[at]);
        server->open_count--;
        memmove(&server->said[at], &server->said[at + 1], (server->open_count - at) * sizeof(char *));
        memmove(server->open[at], server->open[at + 1], (server->open_count - at) * KEY_MAX);
        memmove(&server->acknowledged[at], &server->acknowledged[at + 1], server->open_count - at);
    }
}

/* What comes reaches the book, whatever is answered then. */
static void receive(struct server *server, const char *body)
{
    struct err err = {""};
    struct json *root = json_parse(body, strlen(body), &err);

    if (!root)
        fail_msg("%s in %s", err.text, body);
    if (json_text(json_member(root, "event_action")))
        keep_book(server, json_text(json_member(root, "event_action")), json_text(json_member(root, "dedup_key")),
                  body);
    snprintf(server->last, sizeof(server->last), "%s", body);
    server->taken++;
    json_free(root);
}

static struct server *find_server(struct world *w, const char *url)
{
    for (size_t i = 0; i < w->server_count; i++)
        if (strcmp(w->server[i].url, url) == 0)
            return &w->server[i];
    fail_msg("nobody is at %s", url);
    return NULL;
}

/* --- the outside -----------------------------------------------------------------------------------------------
 */

static int64_t wall_ms(void *ctx)
{
    return ((struct world *)ctx)->wall_ms;
}

static int64_t mono_ms(void *ctx)
{
    return ((struct world *)ctx)->mono_ms;
}

static uint32_t random_of(void *ctx)
{
    return chance(ctx);
}

/* The body as it goes out, the key in its place. */
static char *body_of(const struct http_request *request)
{
    struct buf body;
    size_t at = request->body_key ? request->body_key_at : strlen(request->body);

    buf_init(&body, 1 << 20);
    buf_add(&body, request->body, at);
    if (request->body_key)
        buf_printf(&body, "\"%s\"%s", secret_reveal(request->body_key), request->body + at);
    return buf_take(&body, NULL);
}

static struct http_call *start(void *ctx, const struct http_request *request, http_done_fn *done, void *arg)
{
    struct server *server = ctx;
    char *body = body_of(request);

    assert_int_equal(request->method, HTTP_POST);
    if (!body)
        return NULL; /* out of memory */
    for (size_t i = 0; i < CALLS_MAX; i++) {
        struct call *call = &server->world->call[i];

        if (call->server)
            continue;
        *call = (struct call){server, done, arg, body, server->world->mono_ms + LATENCY_MS};
        server->asked++;
        return (struct http_call *)(void *)call;
    }
    fail_msg("too many requests at once");
    return NULL;
}

static void cancel(void *ctx, struct http_call *call)
{
    struct call *ended = (struct call *)(void *)call;

    (void)ctx;
    free(ended->body);
    ended->server = NULL;
}

static void *reach(void *ctx, const struct http_options *options, struct env *out, struct err *err)
{
    struct world *w = ctx;
    struct server *server = find_server(w, options->base_url);

    (void)err;
    *out = w->env;
    out->ctx = server;
    out->start = start;
    out->cancel = cancel;
    return server;
}

static void leave(void *ctx, void *server)
{
    (void)ctx;
    (void)server;
}

static void answer(struct call *call)
{
    struct server *server = call->server;
    struct call ended = *call;
    bool there = server->status > 0;

    call->server = NULL;
    if (server->status >= 200 && server->status < 300)
        receive(server, ended.body);
    ended.done(ended.arg, &(struct http_answer){.outcome = there ? HTTP_DONE : HTTP_NO_CONNECT,
                                                .status = server->status,
                                                .body = "",
                                                .detail = there ? "" : "connection refused",
                                                .retry_after_s = server->retry_after_s,
                                                .took_ms = LATENCY_MS});
    free(ended.body);
}

/* Answers what is due; the moment of the next answer, at most `until`. */
static int64_t answer_due(struct world *w, int64_t until)
{
    for (size_t i = 0; i < CALLS_MAX; i++) {
        struct call *call = &w->call[i];

        if (!call->server || call->server->hangs)
            continue;
        if (call->at_ms <= w->mono_ms)
            answer(call);
        else if (call->at_ms < until)
            until = call->at_ms;
    }
    return until;
}

static void pass(struct world *w, int64_t ms)
{
    w->mono_ms += ms;
    w->wall_ms += ms;
}

/* Lets so much time go by. */
static void run(struct world *w, int64_t ms)
{
    int64_t end = w->mono_ms + ms;

    while (w->mono_ms < end) {
        int64_t wake = end, next;

        notify_step(w->notify, &wake);
        next = answer_due(w, wake < end ? wake : end);
        pass(w, next > w->mono_ms ? next - w->mono_ms : 1);
    }
}

/* --- the world -------------------------------------------------------------------------------------------------
 */

static void add_server(struct world *w, const char *url)
{
    struct server *server = &w->server[w->server_count++];

    snprintf(server->url, sizeof(server->url), "%s", url);
    server->status = 202;
    server->world = w;
}

static void configure(struct world *w, const char *more)
{
    struct err err = {""};
    struct config *before = w->config;

    w->config_path = probe_config(more);
    complaints_init(&w->complaints);
    w->config = config_file_read(w->config_path, false, &w->complaints, &err);
    if (!w->config || !config_finish(w->config))
        fail_msg("%s", err.text);
    complaints_free(&w->complaints);
    if (w->notify)
        notify_reload(w->notify, w->config);
    config_free(before);
}

static void start_worker(struct world *w)
{
    w->notify = notify_new(&w->outside, w->config);
    assert_non_null(w->notify);
}

static const char ONCALL[] = "[notify oncall]\nkind = pagerduty\nfrom = engine\nurl = http://127.0.0.1:1/a\n"
                             "key_file = a.key\ngroup_wait = 1s\nretry_base = 1s\nretry_max = 8s\nexpire = 1h\n";

static struct world *begin(const char *more)
{
    struct world *w = calloc(1, sizeof(*w));
    static char text[4096];

    assert_non_null(w);
    w->wall_ms = PROBE_NOW * 1000;
    w->mono_ms = 1000;
    w->seed = 1;
    w->env = (struct env){.ctx = w, .wall_ms = wall_ms, .mono_ms = mono_ms, .random = random_of};
    w->outside = (struct notify_env){.env = &w->env, .ctx = w, .reach = reach, .leave = leave};
    probe_secret("a.key", "0123456789abcdef0123456789abcdef\n");
    probe_secret("b.key", "fedcba9876543210fedcba9876543210\n");
    add_server(w, "http://127.0.0.1:1/a");
    add_server(w, "http://127.0.0.1:1/b");
    snprintf(text, sizeof(text), "%s%s", ONCALL, more);
    configure(w, text);
    start_worker(w);
    return w;
}

/* As kill -9: what is under way has arrived, or not. */
static void die(struct world *w, bool arrived)
{
    for (size_t i = 0; i < CALLS_MAX; i++)
        if (w->call[i].server && arrived && w->call[i].server->status == 202)
            receive(w->call[i].server, w->call[i].body);
    notify_free(w->notify);
    w->notify = NULL;
}

static void end(struct world *w)
{
    if (w->notify)
        notify_free(w->notify);
    config_free(w->config);
    for (size_t i = 0; i < w->server_count; i++)
        for (size_t k = 0; k < w->server[i].open_count; k++)
            free(w->server[i].said[k]);
    free(w);
}

static void tell(struct world *w, const char *type, const char *service, const char *state)
{
    char at[32], number[32];
    struct engine_event event = {.engine = "nagios",
                                 .type = type,
                                 .host = "tiktok-main",
                                 .service = service,
                                 .state = state,
                                 .old_state = "CRITICAL",
                                 .time = at,
                                 .event_id = number,
                                 .output = "x"};
    struct err err = {""};

    snprintf(at, sizeof(at), "%lld", (long long)(w->wall_ms / 1000));
    snprintf(number, sizeof(number), "%u", ++w->events);
    event.since = number; /* it changed */
    if (notify_enqueue(&w->env, w->config_path, &event, &err) == NOT_ENQUEUED)
        fail_msg("%s", err.text);
}

static void lose(struct world *w, const char *service)
{
    tell(w, "PROBLEM", service, "CRITICAL");
}

static void mend(struct world *w, const char *service)
{
    tell(w, "RECOVERY", service, "OK");
}

#define KEY(end) "tiktok-auth/7055107885017071618/" end

static void assert_open(const struct server *server, size_t count, const char *key)
{
    if (server->open_count != count)
        fail_msg("%zu open at %s, the first: %s", server->open_count, server->url,
                 server->open_count > 0 ? server->open[0] : "none");
    if (key && find_alert(server, key) == server->open_count)
        fail_msg("%s is not open at %s", key, server->url);
}

/* --- one receiver ----------------------------------------------------------------------------------------------
 */

static void from_trigger_to_resolve(void **state)
{
    struct world *w = begin("");
    struct server *a = &w->server[0];

    (void)state;
    lose(w, "token-one");
    run(w, 2000);
    assert_open(a, 1, KEY("token/one"));
    assert_non_null(strstr(a->last, "\"routing_key\":\"0123456789abcdef"));
    tell(w, "ACKNOWLEDGEMENT", "token-one", "CRITICAL");
    run(w, 2000);
    assert_true(a->acknowledged[0]);
    assert_int_equal(notify_counts(w->notify).open, 1);
    mend(w, "token-one");
    run(w, 2000);
    assert_open(a, 0, NULL);
    assert_int_equal(a->taken, 3);
    assert_int_equal(notify_counts(w->notify).open, 0);
    assert_int_equal(notify_counts(w->notify).waiting, 0);
    assert_string_equal(notify_fault(w->notify), "");
    end(w);
}

/* --- whatever happens ------------------------------------------------------------------------------------------
 */

enum { SUBJECTS = 6 };
static const char *const SUBJECT[SUBJECTS] = {"token-one",           "app",
                                              "7502022393087590401", "7502022393087590402",
                                              "7502022393087590403", "7502022393087590404"};
static const char *const SUBJECT_KEY[SUBJECTS] = {KEY("token/one"),           "tiktok-auth/7055107885017071618",
                                                  KEY("7502022393087590401"), KEY("7502022393087590402"),
                                                  KEY("7502022393087590403"), KEY("7502022393087590404")};

/* How many alerts there are of it: by its own key, or, of an advertiser, in the list of a group. */
static size_t count_alerts(const struct server *server, size_t subject)
{
    size_t count = 0;

    for (size_t i = 0; i < server->open_count; i++)
        count += strcmp(server->open[i], SUBJECT_KEY[subject]) == 0 ||
                 (SUBJECT[subject][0] == '7' && strncmp(server->open[i], "tiktok-auth/group/", 18) == 0 &&
                  strstr(server->said[i], SUBJECT[subject]) != NULL);
    return count;
}

static void change(struct world *w, bool *lost)
{
    size_t at = chance(w) % SUBJECTS;

    lost[at] = !lost[at];
    if (lost[at])
        lose(w, SUBJECT[at]);
    else
        mend(w, SUBJECT[at]);
}

/* Losses, repairs, faults and deaths as they come; then a minute of peace. */
static void play(uint32_t seed, const char *grouping)
{
    static const int STATUS[] = {202, 202, 202, 0, 503, 429};
    struct world *w = begin("");
    struct server *a = &w->server[0];
    bool lost[SUBJECTS] = {false};
    char text[1024];

    snprintf(text, sizeof(text), "%s%s", ONCALL, grouping);
    configure(w, text);
    w->seed = seed;
    for (int round = 0; round < 25; round++) {
        for (uint32_t changes = chance(w) % 4; changes > 0; changes--)
            change(w, lost);
        a->status = STATUS[chance(w) % TTA_LEN(STATUS)];
        a->hangs = chance(w) % 4 == 0;
        run(w, chance(w) % 2500 + 1);
        if (chance(w) % 3 == 0) {
            die(w, chance(w) % 2 == 0);
            start_worker(w);
        }
    }
    a->status = 202;
    a->hangs = false;
    run(w, 60000);
    for (size_t i = 0; i < SUBJECTS; i++)
        if (count_alerts(a, i) != lost[i])
            fail_msg("seed %u: %s is %s, and has %zu alerts there", (unsigned)seed, SUBJECT[i],
                     lost[i] ? "lost" : "well", count_alerts(a, i));
    for (size_t i = 0; i < a->open_count; i++)
        if (strncmp(a->open[i], "tiktok-auth/group/", 18) == 0 && strstr(a->said[i], "\"list\":[]"))
            fail_msg("seed %u: a group of nobody is open", (unsigned)seed);
    assert_int_equal(notify_counts(w->notify).waiting, 0);
    end(w);
}

static void whatever_happens_the_books_agree(void **state)
{
    /* Each of these has found a fault. */
    static const uint32_t SEED[] = {2, 10, 15, 20};

    for (size_t i = 0; i < TTA_LEN(SEED); i++) {
        play(SEED[i], SEED[i] % 2 ? "" : "group_over = 1\n");
        assert_int_equal(scratch_teardown(state), 0);
        assert_int_equal(scratch_setup(state), 0);
    }
}

/* --- alone and in groups ---------------------------------------------------------------------------------------
 */

static struct world *begin_with_small_groups(void)
{
    struct world *w = begin("");
    char text[1024];

    snprintf(text, sizeof(text), "%sgroup_over = 1\n", ONCALL);
    configure(w, text);
    return w;
}

enum { A = 2, B = 3, C = 4 }; /* subjects that are advertisers */

static void assert_alerts(const struct world *w, size_t a, size_t b, size_t c)
{
    assert_int_equal(count_alerts(&w->server[0], A), a);
    assert_int_equal(count_alerts(&w->server[0], B), b);
    assert_int_equal(count_alerts(&w->server[0], C), c);
}

/* News of an alert that is open alone does not move it into a group that has just begun. */
static void what_was_told_alone_stays_alone(void **state)
{
    struct world *w = begin_with_small_groups();

    (void)state;
    lose(w, SUBJECT[A]);
    run(w, 3000);
    lose(w, SUBJECT[B]);
    lose(w, SUBJECT[C]);
    run(w, 3000);
    tell(w, "PROBLEM", SUBJECT[A], "WARNING");
    run(w, 3000);
    assert_alerts(w, 1, 1, 1);
    mend(w, SUBJECT[A]);
    run(w, 3000);
    assert_alerts(w, 0, 1, 1);
    end(w);
}

/* Neither does news of one that may have got out when a worker died. */
static void what_may_be_out_stays_alone(void **state)
{
    struct world *w = begin_with_small_groups();

    (void)state;
    w->server[0].hangs = true;
    lose(w, SUBJECT[A]);
    run(w, 3000);
    die(w, true);
    start_worker(w);
    tell(w, "PROBLEM", SUBJECT[A], "WARNING");
    lose(w, SUBJECT[B]);
    lose(w, SUBJECT[C]);
    run(w, 500);
    w->server[0].hangs = false;
    run(w, 5000);
    assert_alerts(w, 1, 1, 1);
    mend(w, SUBJECT[A]);
    run(w, 3000);
    assert_alerts(w, 0, 1, 1);
    end(w);
}

/* A group that may have got out is ended, though nobody wrote down that it began. */
static void a_group_that_may_be_out_is_ended(void **state)
{
    struct world *w = begin_with_small_groups();

    (void)state;
    w->server[0].hangs = true;
    lose(w, SUBJECT[B]);
    lose(w, SUBJECT[C]);
    run(w, 3000);
    die(w, true);
    assert_open(&w->server[0], 1, NULL);
    start_worker(w);
    mend(w, SUBJECT[B]);
    mend(w, SUBJECT[C]);
    run(w, 500);
    w->server[0].hangs = false;
    run(w, 5000);
    assert_open(&w->server[0], 0, NULL);
    assert_int_equal(notify_counts(w->notify).open, 0);
    end(w);
}

/* --- without memory --------------------------------------------------------------------------------------------
 */

static bool deliver(void *arg)
{
    struct world *w = arg;
    int64_t wake;

    notify_step(w->notify, &wake);
    return notify_fault(w->notify)[0] == '\0';
}

/* An allocation that fails, wherever it is: the event lies in the spool or in the outbox, and is told later. */
static void without_memory_nothing_is_lost(void **state)
{
    for (unsigned long nth = 1; nth < 400; nth += 2) {
        struct world *w = begin("");
        bool happened;

        lose(w, "token-one");
        alloc_fail_at(nth);
        (void)deliver(w);
        happened = alloc_fail_happened();
        alloc_fail_at(0);
        run(w, 6000);
        if (w->server[0].open_count != 1)
            fail_msg("allocation %lu: %zu open, %zu wait, %s", nth, w->server[0].open_count,
                     notify_counts(w->notify).waiting, notify_fault(w->notify));
        end(w);
        assert_int_equal(scratch_teardown(state), 0);
        assert_int_equal(scratch_setup(state), 0);
        if (!happened)
            break;
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(from_trigger_to_resolve),          TEST(whatever_happens_the_books_agree),
        TEST(what_was_told_alone_stays_alone),  TEST(what_may_be_out_stays_alone),
        TEST(a_group_that_may_be_out_is_ended), TEST(without_memory_nothing_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
