/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Objects for Nagios Core 4, on the templates of nagios/nagios4. A ';' in a value begins a comment there, and what
 * a value holds reaches the shell of a notification command: values are of text_plain, links of text_link. */
#include "core/generate.h"

#include <inttypes.h>
#include <string.h>

enum { DEPENDENTS_PER_BLOCK = 40, VALUE_MAX = 2048 };

static const char HEAD[] =
    "# Objects for Nagios Core 4, from the inventory. Made by: tiktok-auth generate nagios\n"
    "# Do not edit: what is yours goes to tiktok-auth-templates.cfg and tiktok-auth-contacts.cfg.\n";

typedef void text_fn(const struct generate *g, size_t service, struct buf *out);

/* A directive with what `text` says of the service; none when that is nothing. */
static void put(const struct generate *g, size_t service, const char *directive, text_fn *text, struct buf *out)
{
    struct buf value;

    buf_init(&value, VALUE_MAX);
    text(g, service, &value);
    if (!buf_ok(&value))
        buf_fail(out);
    else if (buf_len(&value) > 0)
        buf_printf(out, "    %-23s %s\n", directive, buf_text(&value));
    buf_free(&value);
}

/* --- people -------------------------------------------------------------------------------------------------- */

static void put_hours(const struct generate_owner *owner, struct buf *out)
{
    buf_printf(out,
               "\ndefine timeperiod {\n    timeperiod_name         tiktok-%s-hours\n    alias                   ",
               owner->slug);
    buf_str(out, "hours of ");
    generate_owner_name(owner, out);
    buf_char(out, '\n');
    for (unsigned day = 0; day < 7; day++) {
        int from = owner->hours.day[day].from, to = owner->hours.day[day].to;

        if (to > from)
            buf_printf(out, "    %-23s %02d:%02d-%02d:%02d\n", hours_day_name(day), from / 60, from % 60, to / 60,
                       to % 60);
    }
    buf_str(out, "}\n");
}

static void put_owner(const struct generate_owner *owner, struct buf *out)
{
    buf_printf(
        out,
        "\ndefine contactgroup {\n    contactgroup_name       tiktok-%s\n    alias                   TikTok, ",
        owner->slug);
    generate_owner_name(owner, out);
    buf_printf(out,
               "\n}\n\ndefine contact {\n    use                     %s\n    contact_name            tiktok-%s\n",
               owner->email ? "tiktok-auth-contact" : "tiktok-auth-contact-without-email", owner->slug);
    buf_str(out, "    alias                   ");
    generate_owner_name(owner, out);
    buf_printf(out, "\n    contactgroups           tiktok-%s\n", owner->slug);
    if (owner->email)
        buf_printf(out, "    email                   %s\n", owner->email);
    buf_str(out, "}\n");
    if (owner->has_hours)
        put_hours(owner, out);
}

/* --- hosts and services -------------------------------------------------------------------------------------- */

static void put_template(const char *name, const char *use, int64_t fresh_s, struct buf *out)
{
    buf_printf(out,
               "\ndefine service {\n"
               "    name                    %s\n"
               "    use                     %s\n"
               "    freshness_threshold     %" PRId64 "\n"
               "    check_command           tiktok-auth-no-result!%" PRId64 "\n"
               "    register                0\n"
               "}\n",
               name, use, fresh_s, fresh_s);
}

static void put_templates(const struct generate *g, struct buf *out)
{
    buf_str(out, "\n# Three rounds; and longer below, so that the one above is always the first that is missed.");
    put_template("tiktok-auth-first", "tiktok-auth-urgent", g->fresh_api_s, out);
    put_template("tiktok-auth-now", "tiktok-auth-urgent", g->fresh_s, out);
    put_template("tiktok-auth-later", "tiktok-auth-deferred", g->fresh_s, out);
}

static void put_groups(const struct generate *g, size_t service, struct buf *out)
{
    size_t count;
    const uint32_t *owner = generate_called(g, service, &count);

    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%stiktok-%s", i > 0 ? "," : "    contact_groups          ", g->owner[owner[i]].slug);
    if (count > 0)
        buf_char(out, '\n');
}

static void put_custom(const struct generate *g, size_t service, struct buf *out)
{
    const struct service *s = &g->given.roster->item[service];
    const struct generate_owner *owner;
    size_t count;

    buf_printf(out, "    _APP                    %s\n", g->given.config->app[s->app].name);
    put(g, service, "_TOKEN", generate_tokens, out);
    put(g, service, "_CLIENT", generate_client, out);
    if (s->kind != SERVICE_ADVERTISER)
        return;
    owner = &g->owner[*generate_called(g, service, &count)];
    buf_printf(out, "    _ADVERTISER_ID          %s\n", s->name);
    buf_str(out, "    _OWNER                  ");
    generate_owner_name(owner, out);
    buf_char(out, '\n');
}

static void put_service(const struct generate *g, size_t service, struct buf *out)
{
    const struct service *s = &g->given.roster->item[service];
    const struct generate_owner *hours = generate_is_urgent(g, service) ? NULL : generate_hours_of(g, service);

    buf_printf(out,
               "\ndefine service {\n"
               "    use                     %s\n"
               "    host_name               %s\n"
               "    service_description     %s\n",
               generate_is_first_api(g, service) ? "tiktok-auth-first"
               : generate_is_urgent(g, service)  ? "tiktok-auth-now"
                                                 : "tiktok-auth-later",
               s->host, s->name);
    put(g, service, "display_name", generate_display_name, out);
    put_groups(g, service, out);
    if (hours)
        buf_printf(out, "    notification_period     tiktok-%s-hours\n", hours->slug);
    put(g, service, "notes", generate_notes, out);
    put(g, service, "notes_url", generate_notes_url, out);
    put(g, service, "action_url", generate_action_url, out);
    put_custom(g, service, out);
    buf_str(out, "}\n");
}

static void put_host(const struct generate *g, const struct service *api, struct buf *out)
{
    const struct config_app *app = &g->given.config->app[api->app];

    buf_printf(out,
               "\ndefine host {\n"
               "    use                     tiktok-auth-host\n"
               "    host_name               %s\n"
               "    alias                   TikTok app %s\n"
               "    display_name            TikTok app %s\n"
               "    contact_groups          tiktok-%s\n"
               "    _APP                    %s\n"
               "}\n",
               api->host, app->name, app->name, roster_platform, app->name);
}

/* The check of all, for dashboards: on the first app's host. */
static void put_all(const struct generate *g, const struct service *api, struct buf *out)
{
    const char *path = g->given.check_path, *feed = g->given.feed;
    int64_t hundredths = g->given.config->sweep.interval_s * 100 / 60;

    if (!path)
        return;
    buf_printf(out,
               "\ndefine service {\n"
               "    use                     tiktok-auth-all\n"
               "    host_name               %s\n"
               "    service_description     all\n"
               "    display_name            all advertisers\n"
               "    contact_groups          tiktok-%s\n"
               "    check_interval          %" PRId64 ".%02d\n"
               "    retry_interval          %" PRId64 ".%02d\n",
               api->host, roster_platform, hundredths / 100, (int)(hundredths % 100), hundredths / 100,
               (int)(hundredths % 100));
    if (feed)
        buf_printf(out, "    check_command           tiktok-auth-all-feed!%s!%s\n}\n", path, feed);
    else
        buf_printf(out, "    check_command           tiktok-auth-all!%s\n}\n", path);
}

/* The check of watched uploads, on the first app's host too: whoever looks after the platform uploads them. */
static void put_videos(const struct generate *g, const struct service *api, struct buf *out)
{
    if (g->given.check_path && g->given.videos)
        buf_printf(out,
                   "\ndefine service {\n"
                   "    use                     tiktok-auth-videos\n"
                   "    host_name               %s\n"
                   "    service_description     videos\n"
                   "    display_name            watched uploads\n"
                   "    contact_groups          tiktok-%s\n"
                   "    check_command           tiktok-auth-videos!%s\n}\n",
                   api->host, roster_platform, g->given.check_path);
}

/* --- dependencies -------------------------------------------------------------------------------------------- */

static bool same_parents(const struct roster *roster, const struct service *a, const struct service *b)
{
    return a->count == b->count && a->host == b->host &&
           memcmp(roster->parent + a->first, roster->parent + b->first, a->count * sizeof(*roster->parent)) == 0;
}

static void put_dependents(const struct generate *g, size_t first, size_t end, uint32_t parent, struct buf *out)
{
    const struct roster *roster = g->given.roster;
    const struct service *above = &roster->item[parent];

    buf_printf(out,
               "\ndefine servicedependency {\n"
               "    use                     %s\n"
               "    host_name               %s\n"
               "    service_description     %s\n"
               "    dependent_host_name     %s\n"
               "    dependent_service_description ",
               generate_warning_explains(g, parent) ? "tiktok-auth-dependency-shared" : "tiktok-auth-dependency",
               above->host, above->name, roster->item[first].host);
    for (size_t i = first; i < end; i++)
        if (!roster->item[i].retired)
            buf_printf(out, "%s%s", i > first ? "," : "", roster->item[i].name);
    buf_str(out, "\n}\n");
}

/* Dependents that stand behind one another with the same parents share blocks. */
static void put_dependencies(const struct generate *g, struct buf *out)
{
    const struct roster *roster = g->given.roster;

    for (size_t first = 0, end; first < roster->count; first = end) {
        const struct service *s = &roster->item[first];
        size_t last = first;

        for (end = first + 1; end < roster->count && end - first < DEPENDENTS_PER_BLOCK; end++) {
            if (roster->item[end].retired)
                continue;
            if (s->retired || !same_parents(roster, s, &roster->item[end]))
                break;
            last = end;
        }
        for (uint32_t p = 0; !s->retired && p < s->count; p++)
            if (generate_has(g, roster->parent[s->first + p]))
                put_dependents(g, first, last + 1, roster->parent[s->first + p], out);
    }
}

bool generate_nagios(const struct generate *g, struct buf *out)
{
    const struct roster *roster = g->given.roster;

    buf_str(out, HEAD);
    put_templates(g, out);
    for (size_t i = 0; i < g->owner_count; i++)
        put_owner(&g->owner[i], out);
    for (size_t i = 0; i < roster->count && buf_ok(out); i++) {
        if (!generate_has(g, i))
            continue;
        if (roster->item[i].kind == SERVICE_API)
            put_host(g, &roster->item[i], out);
        if (generate_is_first_api(g, i))
            put_all(g, &roster->item[i], out);
        if (generate_is_first_api(g, i))
            put_videos(g, &roster->item[i], out);
        put_service(g, i, out);
    }
    put_dependencies(g, out);
    return buf_ok(out);
}
