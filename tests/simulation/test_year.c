/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Days of five-minute rounds over a world where everything goes wrong at times: the promises hold in every round.
 *
 * Things happen between rounds only, so at the end of a round it is known what the truth was all through it.
 * TTA_DAYS=365 makes it a year, TTA_SEED another one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unit/scratch.h"
#include "base/log.h"
#include "scene.h"

enum {
    TOKENS = 3, /* two of app 0, one of app 1 */
    ADVERTISERS = 200,
#ifdef __SANITIZE_ADDRESS__
    DAYS = 2,
#else
    DAYS = 8,
#endif
    ROUND_S = 300,
    MASS_CONFIRM_S = 600,
    HOUR_S = 3600,
    PER_ROUND_SURE = 9, /* so many losses of a token are diagnosed in one round for sure, and are no mass loss */
};

/* What is true of an advertiser, and what was said of it. */
struct truth {
    bool lost;          /* no token covers it */
    int64_t changed_at; /* since when that is so */
    int64_t restore_at; /* taken away by a revocation until then; 0: not */
    int64_t lag_until;  /* 0: no list leaves it out */
    unsigned granted;   /* by these tokens when it is granted */
    int clean_rounds;   /* rounds in which it was to be seen, since it changed */
    enum state state;   /* as said last */
    enum cause cause;   /* the same */
    size_t transitions; /* of what was said */
    size_t losses;      /* that truly happened */
    size_t told_losses; /* OK before, CRITICAL now */
    size_t sure_losses; /* that must have been told */
    bool sure;          /* this one */
};

struct year {
    struct scene *scene;
    struct world *world;
    struct truth truth[ADVERTISERS];
    int64_t token_revives_at[TOKENS]; /* 0: alive */
    int64_t empty_until[TOKENS];      /* its list is empty; 0: not */
    int64_t mass_until[TOKENS];       /* a true mass loss goes on; one that lags in it is not told apart */
    int64_t clean_at;                 /* the last clean round */
    bool quiet;                       /* nothing changed since the last clean round */
    size_t clean_rounds, quiet_rounds, critical_rows, deaths, outages;
};

static int64_t now_s(const struct year *year)
{
    return year->world->now_ms / 1000;
}

static bool chance(struct year *year, uint32_t one_in)
{
    return world_random(year->world, one_in) == 0;
}

static int64_t within(struct year *year, int64_t least_s, int64_t most_s)
{
    return now_s(year) + least_s + world_random(year->world, (uint32_t)(most_s - least_s));
}

/* --- what happens -------------------------------------------------------------------------------------------- */

static void begin_outage(struct year *year)
{
    static const struct world_fault kinds[] = {
        {.status = 200, .body = "{\"code\":40100,\"message\":\"Too many requests. Please retry in some time.\"}"},
        {.status = 200, .body = "{\"code\":40100,\"message\":\"App 1 reaches the QPM limit 600\"}"},
        {.status = 200, .body = "{\"code\":40133,\"message\":\"Advertiser (7)'s QPS (21) reaches QPS limit 20\"}"},
        {.status = 200, .body = "{\"code\":51002,\"message\":\"Internal service error. Please retry later.\"}"},
        {.status = 200, .body = "{\"code\":40002,\"message\":\"Missing required field(s): account_id.\"}"},
        {.status = 200, .body = "{\"code\":98765,\"message\":\"no family, no code\"}"},
        {.status = 200, .body = "{\"code\":0,\"message\":\"OK\",\"data\":{}}"},
        {.status = 200, .body = "{\"code\":20001,\"message\":\"partly\",\"data\":{\"list\":[]}}"},
        {.status = 502, .body = "<html>Bad Gateway</html>"},
        {.status = 429, .body = "", .retry_after_s = 30},
        {.status = 503, .body = "", .retry_after_s = 3600},
        {.outcome = HTTP_NO_NAME},
        {.outcome = HTTP_NO_TLS},
        {.outcome = HTTP_TIMED_OUT},
        {.outcome = HTTP_BROKEN},
    };
    static const char *const paths[] = {NULL, NULL, "/oauth2/advertiser/get/", "/advertiser/info/"};
    struct world_fault fault = kinds[world_random(year->world, sizeof(kinds) / sizeof(kinds[0]))];

    if (year->world->fault_count == WORLD_FAULTS_MAX)
        return;
    fault.path = paths[world_random(year->world, 4)];
    fault.token = (int)world_random(year->world, TOKENS + 1) - 1;
    fault.from_ms = year->world->now_ms;
    fault.until_ms = within(year, 1, chance(year, 4) ? 3 * HOUR_S : 900) * 1000;
    fault.count = chance(year, 2) ? INT_MAX : (int)world_random(year->world, 6) + 1;
    world_add_fault(year->world, &fault);
    year->outages++;
}

static void end_outages(struct year *year)
{
    struct world *world = year->world;
    size_t kept = 0;

    for (size_t i = 0; i < world->fault_count; i++)
        if (world->fault[i].count > 0 && world->fault[i].until_ms > world->now_ms)
            world->fault[kept++] = world->fault[i];
    world->fault_count = kept;
}

static void take_away(struct year *year, size_t i, int64_t until)
{
    year->truth[i].restore_at = until;
    year->truth[i].lag_until = 0;
    year->world->advertiser[i].granted = 0;
}

static bool in_mass_loss(const struct year *year, size_t i)
{
    for (size_t t = 0; t < TOKENS; t++)
        if ((year->truth[i].granted >> t & 1) && year->mass_until[t] > now_s(year))
            return true;
    return false;
}

/* A mass loss that is true: every second advertiser that no other token covers. */
static void lose_many(struct year *year, size_t t)
{
    year->mass_until[t] = now_s(year) + 12 * HOUR_S;
    for (size_t i = 0; i < ADVERTISERS; i++) {
        struct truth *truth = &year->truth[i];

        if (!(truth->granted >> t & 1))
            continue;
        truth->lag_until = 0;
        if (truth->granted == 1U << t && !truth->restore_at && i % 2)
            take_away(year, i, within(year, HOUR_S, 10 * HOUR_S));
    }
}

static void happen(struct year *year)
{
    struct world *world = year->world;

    end_outages(year);
    if (chance(year, 60))
        begin_outage(year);
    for (size_t t = 0; t < TOKENS; t++) {
        if (year->token_revives_at[t] && year->token_revives_at[t] <= now_s(year))
            year->token_revives_at[t] = 0;
        if (!year->token_revives_at[t] && chance(year, 1500)) {
            year->token_revives_at[t] = within(year, 600, 20 * HOUR_S);
            year->deaths++;
        }
        world->token[t].dead = year->token_revives_at[t] != 0;
        if (year->empty_until[t] <= now_s(year))
            year->empty_until[t] = chance(year, 600) ? within(year, 60, HOUR_S) : 0;
        if (chance(year, 3000))
            lose_many(year, t);
    }
    for (size_t i = 0; i < ADVERTISERS; i++) {
        struct truth *truth = &year->truth[i];

        if (truth->restore_at && truth->restore_at <= now_s(year)) {
            truth->restore_at = 0;
            world->advertiser[i].granted = truth->granted;
        } else if (!truth->restore_at && chance(year, 8000)) {
            take_away(year, i, within(year, 300, 48 * HOUR_S));
        }
        /* Only who is known as covered lags: a restored one is seen in the list, or not at all. */
        if (truth->lag_until <= now_s(year))
            truth->lag_until =
                !truth->restore_at && !in_mass_loss(year, i) && truth->state == STATE_OK && chance(year, 10000)
                    ? within(year, 60, HOUR_S)
                    : 0;
        world->advertiser[i].lagging = truth->lag_until ? ~0U : 0;
        for (size_t t = 0; t < TOKENS; t++)
            if (year->empty_until[t] && truth->state == STATE_OK)
                world->advertiser[i].lagging |= 1U << t;
    }
}

static void note_truth(struct year *year)
{
    for (size_t i = 0; i < ADVERTISERS; i++) {
        struct truth *truth = &year->truth[i];
        bool lost = true;

        for (size_t t = 0; t < TOKENS; t++)
            lost = lost && (!(year->world->advertiser[i].granted >> t & 1) || year->world->token[t].dead);
        if (lost == truth->lost)
            continue;
        truth->lost = lost;
        truth->changed_at = now_s(year);
        truth->clean_rounds = 0;
        truth->losses += lost;
        truth->sure = false;
        year->quiet = false;
    }
}

/* --- what was said of it ------------------------------------------------------------------------------------- */

static bool token_is_clear(const struct scene *scene, size_t t)
{
    static const char *const names[] = {"tok-0", "tok-1", "tok-2"};
    struct board_token row = scene_token(scene, names[t]);

    return row.fault.cause == CAUSE_AUTHORIZED &&
           (row.mass_since == 0 || row.ended - row.mass_since >= MASS_CONFIRM_S) && row.ended >= row.began;
}

/* Every token answered, nothing was held and nothing failed: what is true was to be seen. */
static bool was_clean(const struct year *year, bool troubled)
{
    const struct scene *scene = year->scene;
    bool clean = !troubled && scene->result.verified == TOKENS && scene->result.left == 0;

    for (size_t t = 0; clean && t < TOKENS; t++)
        clean = token_is_clear(scene, t);
    return clean;
}

/* Losses of a token that are not told yet: few enough to be told in one round. */
static bool few_news(const struct year *year, const struct truth *of)
{
    size_t news[TOKENS] = {0};

    for (size_t i = 0; i < ADVERTISERS; i++)
        for (size_t t = 0; t < TOKENS; t++)
            news[t] +=
                year->truth[i].restore_at && year->truth[i].state == STATE_OK && (year->truth[i].granted >> t & 1);
    for (size_t t = 0; t < TOKENS; t++)
        if ((of->granted >> t & 1) && news[t] > PER_ROUND_SURE)
            return false;
    return true;
}

static void assert_row(struct year *year, size_t i, bool clean, bool sure)
{
    struct truth *truth = &year->truth[i];
    struct board_advertiser row = scene_advertiser(year->scene, i);
    enum state state = row.verdict.state;

    if (state == STATE_CRITICAL) {
        year->critical_rows++;
        if (!truth->lost && row.verdict.verified_at > truth->changed_at)
            fail_msg("%" PRId64 ": advertiser %zu is not lost and CRITICAL: %s", now_s(year), i,
                     cause_name(row.verdict.cause));
    }
    if (state == STATE_UNKNOWN) { /* of a token that came back with fewer: held, nothing is recorded */
        assert_true(row.held);
        return;
    }
    if (clean && !truth->lost && state != STATE_OK)
        fail_msg("%" PRId64 ": advertiser %zu is back and %s", now_s(year), i, cause_name(row.verdict.cause));
    if (truth->lost && clean && sure && state != STATE_CRITICAL)
        fail_msg("%" PRId64 ": advertiser %zu is lost since %" PRId64 " and %s", now_s(year), i, truth->changed_at,
                 cause_name(row.verdict.cause));
    /* Of a mass loss twenty at least are diagnosed in a round, or all of them. */
    if (truth->lost && clean && truth->clean_rounds > ADVERTISERS / PER_ROUND_SURE && state != STATE_CRITICAL)
        fail_msg("%" PRId64 ": advertiser %zu is lost since %" PRId64 " and never told", now_s(year), i,
                 truth->changed_at);
    if (truth->lost && clean && sure && !truth->sure) {
        truth->sure = true;
        truth->sure_losses++;
    }
    truth->clean_rounds += clean;
    if (state != truth->state || row.verdict.cause != truth->cause) {
        truth->transitions++;
        truth->told_losses += truth->state == STATE_OK && state == STATE_CRITICAL;
        truth->state = state;
        truth->cause = row.verdict.cause;
    }
}

/* Whoever is lost with its token names it, or the app above it, and that is one root cause each. */
static void assert_roots(const struct year *year)
{
    const struct scene *scene = year->scene;
    size_t seen[TOKENS] = {0};
    struct board_root root;

    for (uint32_t k = 0; snapshot_root(scene->snapshot, k, &root); k++)
        for (size_t t = 0; t < TOKENS; t++) {
            char name[8];

            snprintf(name, sizeof(name), "tok-%u", (unsigned)(t % 10));
            seen[t] += root.kind == SCOPE_TOKEN && strcmp(root.id, name) == 0;
        }
    for (size_t t = 0; t < TOKENS; t++)
        assert_in_range(seen[t], 0, 1);
    for (size_t i = 0; i < ADVERTISERS; i++) {
        struct board_advertiser row = scene_advertiser(scene, i);

        if (!year->truth[i].lost || year->truth[i].restore_at)
            continue;
        assert_true(row.verdict.root_kind == SCOPE_TOKEN || row.verdict.root_kind == SCOPE_APP);
    }
}

static bool fault_is_near(const struct year *year)
{
    for (size_t i = 0; i < year->world->fault_count; i++)
        if (year->world->fault[i].count > 0)
            return true;
    return false;
}

static void one_round(struct year *year)
{
    struct round_options options = scene_now(year->scene);
    bool sure[ADVERTISERS];
    bool troubled = fault_is_near(year);
    bool clean;

    for (size_t i = 0; i < ADVERTISERS; i++)
        sure[i] = !year->truth[i].restore_at || few_news(year, &year->truth[i]);
    if (chance(year, 10))
        options.deadline_ms = year->world->mono_ms + 25000;
    scene_round_with(year->scene, &options);
    assert_true(year->scene->result.published);
    assert_string_equal(year->scene->result.store_fault, "");
    clean = was_clean(year, troubled);
    for (size_t i = 0; i < ADVERTISERS; i++) {
        assert_row(year, i, clean, sure[i]);
        year->quiet = year->quiet && !year->truth[i].lag_until;
    }
    for (size_t t = 0; t < TOKENS; t++)
        year->quiet = year->quiet && !year->empty_until[t];
    if (clean && year->quiet) {
        assert_int_equal(year->scene->result.calls, TOKENS);
        /* At most that the api is back after a long outage. */
        assert_in_range(year->scene->result.changes, 0, now_s(year) - year->clean_at > 1800 - ROUND_S);
        year->quiet_rounds++;
    }
    if (clean) {
        year->clean_at = now_s(year);
        assert_roots(year);
        year->clean_rounds++;
        year->quiet = true;
    }
}

static void assert_history(struct year *year)
{
    for (size_t i = 0; i < ADVERTISERS; i++) {
        const struct truth *truth = &year->truth[i];
        struct scene_event event[1000];
        size_t count = scene_history(year->scene, "advertiser", year->world->advertiser[i].id, event, 1000);
        size_t losses = 0;

        assert_in_range(count, 1, 1000);
        assert_true(count >= truth->transitions); /* a long round publishes more than once */
        assert_true(event[count - 1].baseline);
        for (size_t k = 0; k + 1 < count; k++) {
            assert_false(event[k].baseline);
            assert_false(event[k].state == event[k + 1].state && event[k].cause == event[k + 1].cause);
            assert_int_equal(event[k].old_state, event[k + 1].state);
            assert_int_equal(event[k].old_cause, event[k + 1].cause);
            losses += event[k].state == STATE_CRITICAL && event[k + 1].state == STATE_OK;
        }
        assert_int_equal(losses, truth->told_losses);
        assert_true(truth->told_losses <= truth->losses);
        assert_true(truth->told_losses >= truth->sure_losses);
    }
}

/* --- alerts -------------------------------------------------------------------------------------------------- */

/* The last that was told of each root cause: alerts and rows are few hundred, so a list will do. */
enum { CHAINS_MAX = 2000 };
struct chain {
    char key[256];
    char state[16], cause[32];
    size_t losses;
};
struct chains {
    struct chain *item;
    size_t count;
    int64_t number;
    size_t rows;
};

static struct chain *chain_of(struct chains *chains, const char *kind, const char *app, const char *id)
{
    char key[256];

    snprintf(key, sizeof(key), "%s/%s/%s", kind, app, id);
    for (size_t i = 0; i < chains->count; i++)
        if (strcmp(chains->item[i].key, key) == 0)
            return &chains->item[i];
    assert_true(chains->count < CHAINS_MAX);
    chains->item[chains->count] = (struct chain){.state = "ok", .cause = "authorized"};
    memcpy(chains->item[chains->count].key, key, sizeof(key));
    return &chains->item[chains->count++];
}

/* Every alert goes on where the one before ended, and says something new. */
static bool follow(void *arg, const struct store_alert *alert)
{
    struct chains *chains = arg;
    struct chain *chain = chain_of(chains, alert->kind, alert->app, alert->object);

    assert_false(alert->summary);
    assert_int_equal(alert->number, ++chains->number);
    if (chain->losses > 0 || strcmp(chain->state, "ok") != 0) {
        assert_string_equal(alert->old_state, chain->state);
        assert_string_equal(alert->old_cause, chain->cause);
    }
    assert_false(strcmp(alert->state, chain->state) == 0 && strcmp(alert->cause, chain->cause) == 0 &&
                 chain->losses > 0);
    chain->losses += strcmp(alert->state, "critical") == 0 && strcmp(chain->state, "critical") != 0;
    snprintf(chain->state, sizeof(chain->state), "%s", alert->state);
    snprintf(chain->cause, sizeof(chain->cause), "%s", alert->cause);
    return true;
}

/* What is kept as told is what was told last; a baseline was never told. */
static bool compare(void *arg, const struct store_told *row)
{
    struct chains *chains = arg;
    const struct chain *chain = chain_of(chains, row->kind, row->app, row->id);

    chains->rows++;
    assert_string_equal(row->seen_state, row->state);
    if (chain->losses > 0)
        assert_string_equal(row->state, chain->state);
    return true;
}

static void assert_alerts(struct year *year)
{
    struct chains chains = {.item = calloc(CHAINS_MAX, sizeof(struct chain))};
    struct err err = {""};
    struct store *store = store_open(scene_state_path(year->scene, "state.db"), STORE_READ, &err);
    struct board_root root;

    assert_non_null(chains.item);
    assert_non_null(store);
    assert_true(store_alerts_after(store, 0, SIZE_MAX, follow, &chains, &err));
    assert_true(store_each_told(store, compare, &chains, &err));
    store_close(store);
    assert_true(chains.number > 0);
    /* Nobody is called for one that was not lost. */
    for (size_t i = 0; i < ADVERTISERS; i++)
        for (int app = 0; app < 2; app++) {
            char name[8];

            snprintf(name, sizeof(name), "app-%d", app);
            assert_true(chain_of(&chains, "advertiser", name, year->world->advertiser[i].id)->losses <=
                        year->truth[i].told_losses);
        }
    /* What is wrong at the end has been told. */
    for (uint32_t k = 0; snapshot_root(year->scene->snapshot, k, &root); k++)
        if (root.kind != SCOPE_API)
            assert_string_equal(chain_of(&chains, scope_name(root.kind), root.app, root.id)->state,
                                state_name(root.state));
    free(chains.item);
}

static uint32_t number_from(const char *variable, uint32_t otherwise)
{
    const char *text = getenv(variable);
    uint64_t number = otherwise;

    return text && parse_u64(text, UINT32_MAX, &number) ? (uint32_t)number : otherwise;
}

static void test_the_promises_hold(void **state)
{
    struct year *year = calloc(1, sizeof(*year));
    uint32_t days = number_from("TTA_DAYS", DAYS);

    (void)state;
    assert_non_null(year);
    year->scene = scene_new(TOKENS, ADVERTISERS);
    year->world = year->scene->world;
    year->world->token[2].app = 1;
    year->world->seed = number_from("TTA_SEED", 20261122);
    for (size_t i = 0; i < ADVERTISERS; i++) {
        unsigned tokens = i < 80 ? 1 : i < 140 ? 2 : i < 160 ? 3 : 4;

        year->truth[i] = (struct truth){.granted = tokens, .state = STATE_UNKNOWN};
        year->world->advertiser[i].granted = year->scene->expected[i] = tokens;
    }
    year->scene->rest = "[snmp]\nnotify_burst = 1000\nnotify_interval = 0s\n"; /* nothing is summed up */
    scene_load(year->scene);
    for (uint32_t k = 0; k < days * (24 * HOUR_S / ROUND_S); k++) {
        int64_t due_ms = year->world->now_ms + ROUND_S * 1000;

        if (k > 0)
            happen(year);
        note_truth(year);
        one_round(year);
        if (year->world->now_ms < due_ms)
            world_pass(year->world, due_ms - year->world->now_ms);
    }
    assert_history(year);
    assert_alerts(year);
    world_assert_quota(year->world, 0, 1, 60, 86400);
    world_assert_quota(year->world, 1, 1, 60, 86400);
    print_message("%u days: %zu requests, %zu clean and %zu quiet rounds, %zu outages, %zu token deaths, "
                  "%zu times an advertiser was CRITICAL\n",
                  days, year->world->request_count, year->clean_rounds, year->quiet_rounds, year->outages,
                  year->deaths, year->critical_rows);
    assert_true(year->clean_rounds > days * 100);
    assert_true(year->quiet_rounds > days * 20);
    scene_free(year->scene);
    free(year);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_promises_hold, scratch_setup, scratch_teardown),
    };

    log_setup(LOG_LEVEL_ERROR, false);
    /* Every commit is synced: in memory that takes seconds, on a disk it may take minutes. */
    if (!getenv("TMPDIR") && access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
