/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One dictionary for Icinga 2, which the apply rules of nagios/icinga2 make services, dependencies and
 * notifications of; and hosts, users and time periods. */
#include "core/generate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_MAX = 2048 };

#define RELAY "below-"

static const char HEAD[] =
    "/* Objects for Icinga 2, from the inventory. Made by: tiktok-auth generate icinga2\n"
    " * Do not edit: what is yours goes to tiktok-auth-templates.conf and its neighbours. */\n";

/* A string of Icinga's language. What comes here is of text_plain or text_link but for a path, and a '$' would be
 * a macro. */
static void put_string(const char *text, struct buf *out)
{
    buf_char(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buf_char(out, '\\');
        if (*text == '$')
            buf_char(out, '$');
        buf_char(out, *text);
    }
    buf_char(out, '"');
}

typedef void text_fn(const struct generate *g, size_t service, struct buf *out);

/* An entry with what `text` says of the service; none when that is nothing. */
static void put(const struct generate *g, size_t service, const char *key, text_fn *text, struct buf *out)
{
    struct buf value;

    buf_init(&value, VALUE_MAX);
    text(g, service, &value);
    if (!buf_ok(&value))
        buf_fail(out);
    else if (buf_len(&value) > 0) {
        buf_printf(out, "      %s = ", key);
        put_string(buf_text(&value), out);
        buf_char(out, '\n');
    }
    buf_free(&value);
}

/* --- people -------------------------------------------------------------------------------------------------- */

static void put_name_of(const struct generate_owner *owner, struct buf *out)
{
    struct buf name;

    buf_init(&name, VALUE_MAX);
    generate_owner_name(owner, &name);
    put_string(buf_text(&name), out);
    buf_free(&name);
}

static void put_hours(const struct generate_owner *owner, struct buf *out)
{
    buf_printf(out, "\nobject TimePeriod \"tiktok-%s-hours\" {\n  display_name = ", owner->slug);
    put_name_of(owner, out);
    buf_str(out, "\n  ranges = {\n");
    for (unsigned day = 0; day < 7; day++) {
        int from = owner->hours.day[day].from, to = owner->hours.day[day].to;

        if (to > from)
            buf_printf(out, "    \"%s\" = \"%02d:%02d-%02d:%02d\"\n", hours_day_name(day), from / 60, from % 60,
                       to / 60, to % 60);
    }
    buf_str(out, "  }\n}\n");
}

static void put_owner(const struct generate_owner *owner, struct buf *out)
{
    buf_printf(out, "\nobject UserGroup \"tiktok-%s\" {\n  display_name = ", owner->slug);
    put_name_of(owner, out);
    buf_printf(out, "\n}\n\nobject User \"tiktok-%s\" {\n  import \"%s\"\n  display_name = ", owner->slug,
               owner->email ? "tiktok-auth-user" : "tiktok-auth-user-without-email");
    put_name_of(owner, out);
    buf_printf(out, "\n  groups = [ \"tiktok-%s\" ]\n", owner->slug);
    if (owner->email) {
        buf_str(out, "  email = ");
        put_string(owner->email, out);
        buf_char(out, '\n');
    }
    buf_str(out, "}\n");
    if (owner->has_hours)
        put_hours(owner, out);
}

/* --- services ------------------------------------------------------------------------------------------------ */

static void put_groups(const struct generate *g, size_t service, struct buf *out)
{
    size_t count;
    const uint32_t *owner = generate_called(g, service, &count);

    buf_str(out, "      groups = [");
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s \"tiktok-%s\"", i > 0 ? "," : "", g->owner[owner[i]].slug);
    buf_str(out, " ]\n");
}

static bool has_many_parents(const struct generate *g, const struct service *s)
{
    uint32_t count = 0;

    for (uint32_t p = 0; p < s->count; p++)
        count += generate_has(g, g->given.roster->parent[s->first + p]);
    return count > 1;
}

/* {service = its host}. Of several parents one that is well is enough for Icinga before 2.14, while one whose own
 * parent is down is unreachable, and with it all below: each of several is therefore reached through a relay,
 * which is always well and stands below that parent alone. */
static void put_parents(const struct generate *g, const struct service *s, struct buf *out)
{
    const struct roster *roster = g->given.roster;
    const char *relay = has_many_parents(g, s) ? RELAY : "";

    buf_str(out, "      parents = {");
    for (uint32_t p = 0; p < s->count; p++) {
        uint32_t parent = roster->parent[s->first + p];

        if (generate_has(g, parent))
            buf_printf(out, " \"%s%s\" = \"%s\",", relay, roster->item[parent].name, roster->item[parent].host);
    }
    if (buf_ok(out) && buf_text(out)[buf_len(out) - 1] == ',')
        buf_cut(out, buf_len(out) - 1);
    buf_str(out, " }\n");
}

static void put_period(const struct generate *g, size_t service, struct buf *out)
{
    const struct generate_owner *hours;

    if (generate_is_urgent(g, service)) {
        buf_str(out, "      period = \"tiktok-auth-always\"\n");
        return;
    }
    hours = generate_hours_of(g, service);
    if (hours)
        buf_printf(out, "      period = \"tiktok-%s-hours\"\n", hours->slug);
    else
        buf_str(out, "      period = \"tiktok-auth-hours\"\n");
}

static void put_service(const struct generate *g, size_t service, struct buf *out)
{
    const struct service *s = &g->given.roster->item[service];
    const struct generate_owner *owner;
    size_t count;

    buf_printf(out, "    \"%s\" = {\n      kind = \"%s\"\n      fresh = %" PRId64 "\n", s->name,
               generate_is_urgent(g, service) ? "tiktok-auth-urgent" : "tiktok-auth-deferred",
               generate_fresh_s(g, service));
    put(g, service, "display_name", generate_display_name, out);
    put_groups(g, service, out);
    put_period(g, service, out);
    if (s->count > 0)
        put_parents(g, s, out);
    if (s->kind != SERVICE_ADVERTISER && generate_warning_explains(g, service))
        buf_str(out, "      warning_explains = true\n");
    put(g, service, "notes", generate_notes, out);
    put(g, service, "notes_url", generate_notes_url, out);
    put(g, service, "action_url", generate_action_url, out);
    buf_printf(out, "      app = \"%s\"\n", g->given.config->app[s->app].name);
    put(g, service, "token", generate_tokens, out);
    put(g, service, "client", generate_client, out);
    if (s->kind == SERVICE_ADVERTISER) {
        owner = &g->owner[*generate_called(g, service, &count)];
        buf_printf(out, "      advertiser_id = \"%s\"\n      owner = ", s->name);
        put_name_of(owner, out);
        buf_char(out, '\n');
    }
    buf_str(out, "    }\n");
}

/* The check of all, for dashboards. */
static void put_all(const struct generate *g, struct buf *out)
{
    if (!g->given.check_path)
        return;
    buf_printf(out,
               "    \"all\" = {\n      kind = \"tiktok-auth-all\"\n      fresh = %" PRId64 "\n"
               "      display_name = \"all advertisers\"\n      config = ",
               g->given.config->sweep.interval_s);
    put_string(g->given.check_path, out);
    if (g->given.feed)
        buf_printf(out, "\n      feed = \"%s\"", g->given.feed);
    buf_str(out, "\n    }\n");
}

/* The check of watched uploads. */
static void put_videos(const struct generate *g, struct buf *out)
{
    if (!g->given.check_path || !g->given.videos)
        return;
    buf_str(out, "    \"videos\" = {\n      kind = \"tiktok-auth-videos\"\n      fresh = 60\n"
                 "      display_name = \"watched uploads\"\n      config = ");
    put_string(g->given.check_path, out);
    buf_printf(out, "\n      groups = [ \"tiktok-%s\" ]\n      period = \"tiktok-auth-hours\"\n    }\n",
               roster_platform);
}

/* The relays below the services from `first` to `end`. */
static void put_relays(const struct generate *g, size_t first, size_t end, struct buf *out)
{
    const struct roster *roster = g->given.roster;
    bool *needed = calloc(end - first, sizeof(*needed));

    if (!needed) {
        buf_fail(out);
        return;
    }
    for (size_t i = first; i < end; i++)
        for (uint32_t p = 0; has_many_parents(g, &roster->item[i]) && p < roster->item[i].count; p++)
            needed[roster->parent[roster->item[i].first + p] - first] = true;
    for (size_t i = first; i < end; i++) {
        const char *name = roster->item[i].name;

        if (needed[i - first] && generate_has(g, i))
            buf_printf(out,
                       "    \"" RELAY "%s\" = {\n      kind = \"tiktok-auth-relay\"\n      fresh = 86400\n"
                       "      display_name = \"below %s\"\n      parents = { \"%s\" = \"%s\" "
                       "}\n    }\n",
                       name, name, name, roster->item[i].host);
    }
    free(needed);
}

static void put_hosts(const struct generate *g, struct buf *out)
{
    const struct roster *roster = g->given.roster;

    for (size_t i = 0; i < roster->count; i++) {
        const char *app = g->given.config->app[roster->item[i].app].name;

        if (roster->item[i].kind == SERVICE_API)
            buf_printf(
                out,
                "\nobject Host \"%s\" {\n  import \"tiktok-auth-host\"\n  display_name = \"TikTok app %s\"\n"
                "  vars.tiktok_app = \"%s\"\n}\n",
                roster->item[i].host, app, app);
    }
}

static void put_dictionary(const struct generate *g, struct buf *out)
{
    const struct roster *roster = g->given.roster;
    size_t first = 0;

    buf_str(out, "\nconst TiktokAuth = {\n");
    for (size_t i = 0; i < roster->count && buf_ok(out); i++) {
        bool begins = i == 0 || roster->item[i].host != roster->item[i - 1].host;
        bool ends = i + 1 == roster->count || roster->item[i].host != roster->item[i + 1].host;

        if (begins) {
            first = i;
            buf_printf(out, "  \"%s\" = {\n", roster->item[i].host);
        }
        if (generate_is_first_api(g, i)) {
            put_all(g, out);
            put_videos(g, out);
        }
        if (generate_has(g, i))
            put_service(g, i, out);
        if (ends) {
            put_relays(g, first, i + 1, out);
            buf_str(out, "  }\n");
        }
    }
    buf_str(out, "}\n");
}

bool generate_icinga2(const struct generate *g, struct buf *out)
{
    buf_str(out, HEAD);
    for (size_t i = 0; i < g->owner_count; i++)
        put_owner(&g->owner[i], out);
    put_hosts(g, out);
    put_dictionary(g, out);
    return buf_ok(out);
}
