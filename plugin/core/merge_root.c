/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Root causes: what explains several losses at once is named once, and the list of problems. */
#include "core/merge_private.h"

#include <stdlib.h>
#include <string.h>

/* Orders losses so that those of one client, one app and one cause stand together, oldest first. */
static int client_order(const void *a, const void *b, void *arg)
{
    const struct board *board = arg;
    const struct board_advertiser *x = &board->advertiser[*(const uint32_t *)a];
    const struct board_advertiser *y = &board->advertiser[*(const uint32_t *)b];
    int order = strcmp(x->client, y->client);

    if (order)
        return order;
    if (x->app != y->app)
        return x->app < y->app ? -1 : 1;
    if (x->verdict.cause != y->verdict.cause)
        return x->verdict.cause < y->verdict.cause ? -1 : 1;
    if (x->verdict.since != y->verdict.since)
        return x->verdict.since < y->verdict.since ? -1 : 1;
    return advertiser_id_order(x->id, y->id);
}

static bool same_client_loss(const struct board *board, uint32_t a, uint32_t b)
{
    const struct board_advertiser *x = &board->advertiser[a];
    const struct board_advertiser *y = &board->advertiser[b];

    return strcmp(x->client, y->client) == 0 && x->app == y->app && x->verdict.cause == y->verdict.cause &&
           y->verdict.since - x->verdict.since <= board->real_interval_s;
}

/* At least two advertisers of one client, lost by the same cause within one round: the client is the root cause.
 */
static void find_clients(struct board *board, uint32_t *index)
{
    size_t count = 0;

    for (uint32_t i = 0; i < board->advertiser_count; i++) {
        const struct board_advertiser *row = &board->advertiser[i];

        if (row->verdict.state == STATE_CRITICAL && row->verdict.root_kind == SCOPE_ADVERTISER && row->client[0])
            index[count++] = i;
    }
    qsort_r(index, count, sizeof(*index), client_order, board);
    for (size_t first = 0; first < count;) {
        size_t next = first + 1;

        while (next < count && same_client_loss(board, index[next - 1], index[next]))
            next++;
        for (size_t k = first; next - first >= 2 && k < next; k++) {
            struct board_advertiser *row = &board->advertiser[index[k]];

            row->verdict.root_kind = SCOPE_CLIENT;
            row->verdict.root_id = row->client;
        }
        first = next;
    }
}

static int root_order(const void *a, const void *b, void *arg)
{
    const struct board *board = arg;
    const struct board_advertiser *x = &board->advertiser[*(const uint32_t *)a];
    const struct board_advertiser *y = &board->advertiser[*(const uint32_t *)b];
    int order;

    if (x->verdict.root_kind != y->verdict.root_kind)
        return x->verdict.root_kind < y->verdict.root_kind ? -1 : 1;
    if (x->app != y->app && x->verdict.root_kind != SCOPE_API) /* the api is one for all apps */
        return x->app < y->app ? -1 : 1;
    order = strcmp(x->verdict.root_id, y->verdict.root_id);
    return order ? order : advertiser_id_order(x->id, y->id);
}

static int severity_order(enum state a, enum state b)
{
    return state_severity(b) - state_severity(a);
}

static int listed_root_order(const void *a, const void *b)
{
    const struct board_root *x = a;
    const struct board_root *y = b;
    int order = severity_order(x->state, y->state);

    if (order)
        return order;
    if (x->members != y->members)
        return x->members < y->members ? 1 : -1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    order = strcmp(x->app, y->app);
    return order ? order : advertiser_id_order(x->id, y->id);
}

static struct board_root *add_root(struct board *board, enum scope kind, const char *app, const char *id,
                                   const struct verdict *verdict, uint32_t members)
{
    struct board_root *root = &board->root[board->root_count++];

    *root = (struct board_root){
        .kind = kind,
        .app = app,
        .id = id,
        .state = verdict->state,
        .cause = verdict->cause,
        .urgency = verdict->urgency,
        .actor = verdict->actor,
        .since = verdict->since,
        .members = members,
    };
    return root;
}

/* One root for each group of members that name it; the worst member speaks, or for apps and tokens their own
 * verdict. */
static void gather(struct board *board, uint32_t *index)
{
    size_t count = 0;

    for (uint32_t i = 0; i < board->advertiser_count; i++)
        if (board->advertiser[i].verdict.state != STATE_OK)
            index[count++] = i;
    qsort_r(index, count, sizeof(*index), root_order, board);
    for (size_t first = 0; first < count;) {
        const struct board_advertiser *head = &board->advertiser[index[first]];
        const struct verdict *worst = &head->verdict;
        size_t next = first + 1;

        for (; next < count; next++) {
            const struct board_advertiser *row = &board->advertiser[index[next]];

            if (row->verdict.root_kind != head->verdict.root_kind ||
                (row->app != head->app && row->verdict.root_kind != SCOPE_API) ||
                strcmp(row->verdict.root_id, head->verdict.root_id) != 0)
                break;
            if (state_severity(row->verdict.state) > state_severity(worst->state))
                worst = &row->verdict;
        }
        if (head->verdict.root_kind == SCOPE_APP)
            worst = &board->app[head->app].verdict;
        for (uint32_t t = 0; head->verdict.root_kind == SCOPE_TOKEN && t < board->token_count; t++)
            if (strcmp(board->token[t].name, head->verdict.root_id) == 0)
                worst = &board->token[t].verdict;
        add_root(board, head->verdict.root_kind,
                 head->verdict.root_kind == SCOPE_API ? "" : board->app[head->app].name, head->verdict.root_id,
                 worst, (uint32_t)(next - first));
        first = next;
    }
}

static bool has_root(const struct board *board, enum scope kind, const char *app, const char *id)
{
    for (uint32_t i = 0; i < board->root_count; i++)
        if (board->root[i].kind == kind && strcmp(board->root[i].app, app) == 0 &&
            strcmp(board->root[i].id, id) == 0)
            return true;
    return false;
}

/* Apps and tokens that are lost though no advertiser suffers (another token covers it, or there is none), and
 * tokens that can not be refreshed for long or were not handed over: nobody suffers yet. */
static void add_memberless(struct board *board)
{
    for (uint32_t a = 0; a < board->app_count; a++) {
        const struct board_app *app = &board->app[a];

        if (app->verdict.state == STATE_CRITICAL && !has_root(board, SCOPE_APP, app->name, app->name))
            add_root(board, SCOPE_APP, app->name, app->name, &app->verdict, 0);
    }
    for (uint32_t t = 0; t < board->token_count; t++) {
        const struct board_token *token = &board->token[t];
        const char *app = board->app[token->app].name;

        bool is_ours = token->verdict.cause == CAUSE_REFRESH_DUE || token->verdict.cause == CAUSE_NOT_HANDED_OVER;
        bool alarms = token->verdict.state == STATE_CRITICAL || (is_ours && token->verdict.state != STATE_OK);

        if (alarms && token->verdict.root_kind == SCOPE_TOKEN && !token->verdict.endpoint[0] &&
            !has_root(board, SCOPE_TOKEN, app, token->name))
            add_root(board, SCOPE_TOKEN, app, token->name, &token->verdict, 0);
    }
}

static int problem_order(const void *a, const void *b, void *arg)
{
    const struct board *board = arg;
    uint32_t i = *(const uint32_t *)a;
    uint32_t k = *(const uint32_t *)b;
    const struct verdict *x = &board->advertiser[i].verdict;
    const struct verdict *y = &board->advertiser[k].verdict;
    int order = severity_order(x->state, y->state);

    if (order)
        return order;
    if (x->since != y->since)
        return x->since < y->since ? 1 : -1;
    return (i > k) - (i < k);
}

bool merge_roots(struct merging *merging)
{
    struct board *board = &merging->out->board;
    uint32_t *index = calloc((size_t)board->advertiser_count + 1, sizeof(*index));

    if (!index)
        return false;
    find_clients(board, index);
    gather(board, index);
    free(index);
    add_memberless(board);
    qsort(board->root, board->root_count, sizeof(*board->root), listed_root_order);
    for (uint32_t i = 0; i < board->advertiser_count; i++)
        if (board->advertiser[i].verdict.state != STATE_OK)
            board->problem[board->problem_count++] = i;
    qsort_r(board->problem, board->problem_count, sizeof(*board->problem), problem_order, board);
    return true;
}
