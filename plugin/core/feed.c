/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Judges the services of the roster and orders their results. */
#include "core/feed.h"

#include "core/grow.h"
#include "core/judgement.h"
#include "core/output.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 1024 * 1024, PERFDATA_MAX = 1024, LEFT_OUT = 0xff };

/* A root cause that is a service of its own, and an advertiser that names it. */
struct shared {
    struct board_root root;
    struct board_advertiser member;
    bool has_member;
};

struct feed {
    struct feed_source source;
    unsigned char *state; /* by service; LEFT_OUT */
    uint32_t *order;      /* services, in the order that they are told in */
    size_t count;
    struct shared *shared; /* ordered by kind, app and id */
    size_t shared_count;
    int64_t stale_after_s;
    int64_t api_at; /* when anything was verified last */
    bool api_down;  /* which explains whatever is unverified */
    struct judgement judgement;
    struct buf text, perfdata;
};

/* --- clients and endpoints as root causes ---------------------------------------------------------------------
 */

static int shared_order(const void *a, const void *b)
{
    const struct board_root *x = &((const struct shared *)a)->root;
    const struct board_root *y = &((const struct shared *)b)->root;
    int order = (x->kind > y->kind) - (x->kind < y->kind);

    order = order ? order : strcmp(x->app, y->app);
    return order ? order : strcmp(x->id, y->id);
}

static struct shared *find_shared(const struct feed *feed, enum scope kind, const char *app, const char *id)
{
    struct shared wanted = {.root = {.kind = kind, .app = app, .id = id}};

    if (feed->shared_count == 0)
        return NULL;
    return bsearch(&wanted, feed->shared, feed->shared_count, sizeof(wanted), shared_order);
}

static bool gather_shared(struct feed *feed)
{
    const struct snapshot *snapshot = feed->source.snapshot;
    const struct board *board = snapshot_board(snapshot);

    for (uint32_t i = 0; i < board->root_count; i++) {
        struct board_root root;
        struct shared *grown;

        if (!snapshot_root(snapshot, i, &root) || (root.kind != SCOPE_CLIENT && root.kind != SCOPE_ENDPOINT))
            continue;
        grown = grow_by_one(feed->shared, feed->shared_count, sizeof(*grown));
        if (!grown)
            return false;
        feed->shared = grown;
        feed->shared[feed->shared_count++] = (struct shared){.root = root};
    }
    if (feed->shared_count > 1)
        qsort(feed->shared, feed->shared_count, sizeof(*feed->shared), shared_order);
    for (uint32_t i = 0; feed->shared_count > 0 && i < board->problem_count; i++) {
        struct board_advertiser row;
        struct board_app app;
        struct shared *shared;

        if (!snapshot_problem(snapshot, i, &row) || !snapshot_app(snapshot, row.app, &app))
            continue;
        shared = find_shared(feed, row.verdict.root_kind, app.name, row.verdict.root_id);
        /* Problems are listed worst first, so the first one is what the root cause itself reads. */
        if (shared && !shared->has_member) {
            shared->member = row;
            shared->has_member = true;
        }
    }
    return true;
}

/* --- one service ----------------------------------------------------------------------------------------------
 */

static const char *app_name(const struct feed *feed, const struct service *service)
{
    return feed->source.config->app[service->app].name;
}

/* The moment at which something that was verified then is judged: now. But in an outage what was asked first goes
 * stale before the api does, which explains it, and engines call at once; so as long as the api is not down,
 * nothing reads unverified that is not behind the api itself by stale_after. */
static int64_t moment_for(const struct feed *feed, int64_t verified_at)
{
    int64_t still_fresh = verified_at + feed->stale_after_s - 1;

    if (feed->api_down || verified_at == 0 || feed->api_at - verified_at >= feed->stale_after_s ||
        feed->source.now <= still_fresh)
        return feed->source.now;
    return still_fresh;
}

static void judge(struct feed *feed, const struct selection *selection)
{
    const struct feed_source *source = &feed->source;
    int64_t moment = source->now;

    do {
        judgement_make(source->config, source->complaints, source->snapshot, NULL, selection,
                       &(struct thresholds){0}, STATE_UNKNOWN, moment, &feed->judgement);
        moment = moment_for(feed, feed->judgement.verdict.verified_at);
    } while (selection->kind != SELECT_API && feed->judgement.verdict.cause == CAUSE_NOT_VERIFIED &&
             moment < feed->judgement.now);
}

/* The root cause that this service is, when it is one now. */
static const struct shared *shared_of(const struct feed *feed, const struct service *service)
{
    enum scope kind = service->kind == SERVICE_CLIENT ? SCOPE_CLIENT : SCOPE_ENDPOINT;
    const struct shared *shared = find_shared(feed, kind, app_name(feed, service), service->root);

    return shared && shared->has_member ? shared : NULL;
}

/* The verdict of what a client or endpoint stands below, as it reads now: nothing newer is known of them. False:
 * the snapshot does not know it. */
static bool verdict_above(const struct feed *feed, const struct service *service, struct verdict *out)
{
    const struct feed_source *source = &feed->source;
    struct board_token token;
    struct board_app app;
    const struct verdict *stored;

    if (service->kind == SERVICE_CLIENT) {
        if (!snapshot_find_app(source->snapshot, app_name(feed, service), &app, NULL))
            return false;
        stored = &app.verdict;
    } else {
        if (!snapshot_find_token(source->snapshot, source->config->token[service->token].name, &token, NULL))
            return false;
        stored = &token.verdict;
    }
    verdict_at(source->config, stored, feed->stale_after_s, moment_for(feed, stored->verified_at), out);
    return true;
}

static bool is_unverified(const struct verdict *verdict)
{
    return verdict->cause == CAUSE_NOT_VERIFIED;
}

static bool judge_shared(struct feed *feed, const struct service *service, enum state *state)
{
    const struct shared *shared = shared_of(feed, service);
    struct verdict above;

    if (!verdict_above(feed, service, &above))
        return false;
    if (is_unverified(&above))
        *state = above.state;
    else
        *state = shared ? shared->root.state : STATE_OK;
    return true;
}

static bool advertiser_is_known(const struct feed *feed, const struct service *service)
{
    const struct snapshot *snapshot = feed->source.snapshot;
    struct board_advertiser row;
    struct board_app app;
    uint32_t index;

    return snapshot_find_app(snapshot, app_name(feed, service), &app, &index) &&
           snapshot_find_advertiser(snapshot, index, service->advertiser->id, &row, NULL);
}

/* What a check would be asked for; false: new, no sweep has looked at it yet. What is configured wrongly is never
 * looked at, and its judgement says why. */
static bool selection_of(const struct feed *feed, const struct service *service, struct selection *out)
{
    const struct config *config = feed->source.config;
    const struct snapshot *snapshot = feed->source.snapshot;
    struct board_token token;
    struct board_app app;

    switch (service->kind) {
    case SERVICE_API:
        *out = (struct selection){SELECT_API, NULL, NULL};
        return true;
    case SERVICE_APP:
        *out = (struct selection){SELECT_APP, app_name(feed, service), NULL};
        return !config->app[service->app].usable || snapshot_find_app(snapshot, out->app, &app, NULL);
    case SERVICE_TOKEN:
        *out = (struct selection){SELECT_TOKEN, NULL, config->token[service->token].name};
        return !config->token[service->token].usable || snapshot_find_token(snapshot, out->id, &token, NULL);
    case SERVICE_ADVERTISER:
        *out = (struct selection){SELECT_ADVERTISER, app_name(feed, service), service->advertiser->id};
        return advertiser_is_known(feed, service);
    case SERVICE_ENDPOINT:
    case SERVICE_CLIENT:
        break;
    }
    return false;
}

static bool is_shared(const struct service *service)
{
    return service->kind == SERVICE_ENDPOINT || service->kind == SERVICE_CLIENT;
}

/* Ended on purpose, and so long ago that the snapshot has forgotten it: its service may still be there. */
static bool is_forgotten(const struct feed *feed, const struct service *service)
{
    return service->kind == SERVICE_ADVERTISER && service->retired && !advertiser_is_known(feed, service);
}

/* False: it is left out. */
static bool judge_service(struct feed *feed, const struct service *service, enum state *state)
{
    struct selection selection;

    if (is_shared(service))
        return judge_shared(feed, service, state);
    if (is_forgotten(feed, service)) {
        *state = STATE_OK;
        return true;
    }
    if (!selection_of(feed, service, &selection))
        return false;
    judge(feed, &selection);
    *state = feed->judgement.state;
    return true;
}

/* --- the order ------------------------------------------------------------------------------------------------
 */

/* Services of one level: the kinds lie in their order within an app, and apps stand beside each other. */
static void add_level(struct feed *feed, enum service_kind kind, bool ok)
{
    const struct roster *roster = feed->source.roster;

    for (size_t i = 0; i < roster->count; i++)
        if (roster->item[i].kind == kind && feed->state[i] != LEFT_OUT && (feed->state[i] == STATE_OK) == ok)
            feed->order[feed->count++] = (uint32_t)i;
}

/* Both engines look at the root cause when a result comes in, and again only at the next one. So whatever breaks
 * comes after its root cause, which then keeps it silent.
 *
 * Nagios asks the same about a recovery: an advertiser that was told of on its own and recovers together with its
 * token would never be told of again if it came first. What the token explained was never told, and Nagios says no
 * recovery of that. So parents come first, and what is bad still comes behind them and is told at once.
 *
 * Icinga keeps a recovery that was held back and tells it when the parent is back. But when a parent recovers it
 * runs the check command of every child that has a problem still, within a minute: ours says that no result came.
 * So children recover first, and what is bad still comes behind the parents, which calls that check off. */
static void set_order(struct feed *feed, enum feed_kind kind)
{
    const int first = SERVICE_API, last = SERVICE_ADVERTISER - 1;

    for (int k = first; k <= last; k++)
        add_level(feed, (enum service_kind)k, false);
    for (int k = first; kind == FEED_NAGIOS && k <= last; k++)
        add_level(feed, (enum service_kind)k, true);
    add_level(feed, SERVICE_ADVERTISER, true);
    for (int k = last; kind == FEED_ICINGA2 && k >= first; k--)
        add_level(feed, (enum service_kind)k, true);
    add_level(feed, SERVICE_ADVERTISER, false);
}

/* --- the whole ------------------------------------------------------------------------------------------------
 */

static bool judge_all(struct feed *feed)
{
    const struct roster *roster = feed->source.roster;

    judge(feed, &(struct selection){SELECT_API, NULL, NULL});
    feed->api_at = feed->judgement.verdict.verified_at;
    feed->api_down = feed->judgement.state == STATE_UNKNOWN || feed->judgement.state == STATE_CRITICAL;

    for (size_t i = 0; i < roster->count; i++) {
        enum state state;

        feed->state[i] = judge_service(feed, &roster->item[i], &state) ? (unsigned char)state : LEFT_OUT;
    }
    return true;
}

struct feed *feed_new(const struct feed_source *source, enum feed_kind kind)
{
    struct feed *feed = calloc(1, sizeof(*feed));
    const struct board *board = snapshot_board(source->snapshot);

    if (!feed)
        return NULL;
    feed->source = *source;
    feed->stale_after_s = board->stale_after_s > 0 ? board->stale_after_s : source->config->sweep.stale_after_s;
    buf_init(&feed->text, TEXT_MAX);
    buf_init(&feed->perfdata, PERFDATA_MAX);
    feed->state = calloc(source->roster->count + 1, sizeof(*feed->state));
    feed->order = calloc(source->roster->count + 1, sizeof(*feed->order));
    if (!feed->state || !feed->order || !gather_shared(feed) || !judge_all(feed)) {
        feed_free(feed);
        return NULL;
    }
    set_order(feed, kind);
    return feed;
}

void feed_free(struct feed *feed)
{
    if (!feed)
        return;
    free(feed->state);
    free(feed->order);
    free(feed->shared);
    buf_free(&feed->text);
    buf_free(&feed->perfdata);
    free(feed);
}

size_t feed_count(const struct feed *feed)
{
    return feed->count;
}

size_t feed_left_out(const struct feed *feed)
{
    return feed->source.roster->count - feed->count;
}

const struct service *feed_service(const struct feed *feed, size_t place, enum state *state)
{
    *state = (enum state)feed->state[feed->order[place]];
    return &feed->source.roster->item[feed->order[place]];
}

static bool say_shared(struct feed *feed, const struct service *service, struct feed_result *out)
{
    const struct shared *shared = shared_of(feed, service);
    enum scope kind = service->kind == SERVICE_CLIENT ? SCOPE_CLIENT : SCOPE_ENDPOINT;
    struct verdict above;

    if (!verdict_above(feed, service, &above))
        return false;
    out->verified_at = above.verified_at;
    if (is_unverified(&above) || !shared)
        return output_quiet_parts(kind, service->root, is_unverified(&above), out->state, above.verified_at,
                                  feed->source.now, &feed->text, &feed->perfdata);
    judge(feed, &(struct selection){SELECT_ADVERTISER, app_name(feed, service), shared->member.id});
    return output_root_parts(&feed->judgement, &shared->root, &feed->text, &feed->perfdata);
}

static bool say_selected(struct feed *feed, const struct service *service, struct feed_result *out)
{
    struct selection selection;

    if (is_forgotten(feed, service))
        return buf_printf(&feed->text, "TIKTOK AUTH OK - %s: retired\n", service->name);
    if (!selection_of(feed, service, &selection))
        return false;
    judge(feed, &selection);
    if (feed->judgement.verdict.cause != CAUSE_RETIRED)
        out->verified_at = feed->judgement.verdict.verified_at;
    return output_parts(&feed->judgement, 0, &feed->text, &feed->perfdata);
}

bool feed_result(struct feed *feed, size_t place, struct feed_result *out)
{
    const struct service *service = &feed->source.roster->item[feed->order[place]];

    *out = (struct feed_result){.service = service, .state = (enum state)feed->state[feed->order[place]]};
    buf_reset(&feed->text);
    buf_reset(&feed->perfdata);
    if (!(is_shared(service) ? say_shared(feed, service, out) : say_selected(feed, service, out)))
        return false;
    out->text = buf_text(&feed->text);
    out->perfdata = buf_text(&feed->perfdata);
    return true;
}
