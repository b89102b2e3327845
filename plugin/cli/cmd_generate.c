/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * generate: the objects of a monitoring engine, complete for the inventory as it stands. */
#include "base/clock.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/lines.h"
#include "probe/probe.h"

#include <limits.h>
#include <string.h>

enum { FAULTS_SHOWN_MAX = 20, NEW_FILE_MODE = 0644 };

static const struct option_row OPTION[] = {
    {"feed", "NAME", "the feed whose hosts these are; default the one of this kind"},
    {"videos", NULL, "with a service for watched uploads (tiktok-auth videos --watch)"},
    {"output", "PATH", "replace this file whole; default standard output"},
    {NULL, NULL, NULL},
};

struct target {
    const char *word;
    enum feed_kind kind;
    bool (*write)(const struct generate *g, struct buf *out);
};

static const struct target TARGET[] = {
    {"nagios", FEED_NAGIOS, generate_nagios},
    {"icinga2", FEED_ICINGA2, generate_icinga2},
};

static const char STANDARD_HOST[] = "tiktok-{app}";

/* --- what is given ------------------------------------------------------------------------------------------- */

/* True with the feed, or NULL for none; false with the failure said. */
static bool choose_feed(const struct call *call, const struct config *config, const struct target *target,
                        const struct config_feed **out)
{
    const char *name = call_value(call, "feed");
    size_t usable = 0;

    *out = NULL;
    for (size_t i = 0; i < config->feed_count; i++) {
        const struct config_feed *feed = &config->feed[i];

        if ((name && strcmp(feed->name, name) != 0) || feed->kind != (int)target->kind || !feed->usable)
            continue;
        *out = feed;
        usable++;
    }
    if (name && usable == 0) {
        const struct config_feed *feed = config_find_feed(config, name);

        (void)call_failed(call,
                          !feed          ? "there is no section [feed %s]"
                          : feed->usable ? "[feed %s] is of another kind"
                                         : "[feed %s] can't be used: tiktok-auth doctor says why",
                          name);
        return false;
    }
    if (usable > 1) {
        (void)call_failed(call, "there are %zu feeds of kind %s: say which with --feed", usable, target->word);
        return false;
    }
    return true;
}

/* Whether the text can stand in the command of an engine. */
static bool is_plain_path(const char *path)
{
    return strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+-@:,") == strlen(path);
}

static void tell_faults(const struct call *call, const struct setup *setup)
{
    const struct complaints *list = setup_complaints(setup);
    char text[COMPLAINT_TEXT_MAX + PATH_MAX];

    for (size_t i = 0; i < list->count && i < FAULTS_SHOWN_MAX; i++) {
        complaint_text(&list->item[i], text, sizeof(text));
        call_note(call, "%s", text);
    }
    if (list->count + list->dropped > FAULTS_SHOWN_MAX)
        call_note(call, "%zu more faults: tiktok-auth doctor lists them",
                  list->count + list->dropped - FAULTS_SHOWN_MAX);
}

static void tell_owners(const struct call *call, const struct generate *g)
{
    size_t without = 0;
    struct buf names;

    buf_init(&names, 8192);
    for (size_t i = 0; i < g->owner_count; i++) {
        if (g->owner[i].email)
            continue;
        if (without++ < FAULTS_SHOWN_MAX) {
            buf_str(&names, without > 1 ? ", " : "");
            generate_owner_name(&g->owner[i], &names);
        }
    }
    if (without > 0)
        call_note(call, "%zu without an e-mail address, who are told nothing until [owner NAME] has one: %s%s",
                  without, buf_text(&names), without > FAULTS_SHOWN_MAX ? ", ..." : "");
    buf_free(&names);
}

/* --- writing ------------------------------------------------------------------------------------------------- */

static int put_out(const struct call *call, struct buf *out)
{
    const char *path = call_value(call, "output");
    struct err err = {.text = ""};
    int code = COMMAND_DONE;

    if (!path)
        return lines_print(out) ? COMMAND_DONE : COMMAND_FAILED;
    if (!file_replace(path, buf_text(out), buf_len(out), NEW_FILE_MODE, &err))
        code = call_failed(call, "%s", err.text);
    buf_free(out);
    return code;
}

static int write_objects(const struct call *call, const struct target *target,
                         const struct generate_options *options)
{
    struct generate g;
    struct buf out;
    int code;

    buf_init(&out, LINES_OUTPUT_MAX);
    if (generate_make(options, &g) && target->write(&g, &out)) {
        tell_owners(call, &g);
        code = put_out(call, &out);
    } else {
        buf_free(&out);
        code = call_failed(call, "out of memory");
    }
    generate_free(&g);
    return code;
}

static bool is_retired(void *retired, const char *app, const char *id)
{
    return retired_has(retired, app, id);
}

/* --- links --------------------------------------------------------------------------------------------------- */

struct links {
    const struct config *config;
    struct reauth_signer *signer; /* NULL: there are none */
    char link[REAUTH_LINK_MAX + 1];
};

static const char *link_of(void *arg, const struct service *service)
{
    struct links *links = arg;
    const struct config_app *app = &links->config->app[service->app];

    if (!links->signer || !reauth_link_is_ours(app))
        return "";
    return service->advertiser ? reauth_sign(links->signer, app->app_id, REAUTH_ADVERTISER,
                                             service->advertiser->id, 0, links->link)
                               : reauth_sign(links->signer, app->app_id, REAUTH_TOKEN,
                                             links->config->token[service->token].name, 0, links->link);
}

static void open_links(const struct call *call, struct links *links)
{
    struct err err = {.text = ""};

    if (!reauth_any_is_ours(links->config))
        return;
    links->signer = reauth_signer_open(links->config, &err);
    if (!links->signer)
        call_note(call, "links to authorize again are left out: %s", err.text);
}

static int with_setup(const struct call *call, const struct target *target, const struct setup *setup)
{
    const struct config *config = setup_config(setup);
    struct generate_options options = {.config = config, .inventory = setup_inventory(setup)};
    const struct config_feed *feed;
    struct links links = {.config = config};
    struct err err = {.text = ""};
    struct retired *retired;
    struct roster roster;
    int code;

    if (!choose_feed(call, config, target, &feed))
        return COMMAND_FAILED;
    tell_faults(call, setup);
    if (!feed)
        call_note(call, "there is no usable [feed NAME] of kind %s: these services would get no results",
                  target->word);
    if (config->app_count == 0)
        return call_failed(call, "there is no [app NAME] in the configuration: nothing to generate");
    if (is_plain_path(config->path))
        options.check_path = config->path;
    else
        call_note(call, "the services that run a check are left out: a command of an engine can't name this "
                        "configuration file");
    options.feed = feed && !config->sweep.by_service ? feed->name : NULL;
    options.videos = call_has(call, "videos");
    options.roster = &roster;
    options.link = link_of;
    options.link_arg = &links;
    open_links(call, &links);
    retired = retired_load(config, &err);
    if (err.text[0])
        call_note(call, "advertisers that were retired are still among them: %s", err.text);
    if (retired && roster_make(config, options.inventory, feed ? feed->host : STANDARD_HOST, is_retired, retired,
                               clock_wall(), &roster)) {
        code = write_objects(call, target, &options);
        roster_free(&roster);
    } else
        code = call_failed(call, "out of memory");
    retired_free(retired);
    reauth_signer_free(links.signer);
    return code;
}

static int run(const struct call *call)
{
    const struct target *target = NULL;
    struct err err = {.text = ""};
    struct setup *setup;
    int code;

    for (size_t i = 0; i < TTA_LEN(TARGET); i++)
        if (strcmp(call->word[0], TARGET[i].word) == 0)
            target = &TARGET[i];
    if (!target)
        return call_misused(call, "'%s' is not an engine: allowed are nagios, icinga2", call->word[0]);
    setup = setup_load(&(struct setup_options){.config_path = call->config}, &err);
    if (!setup)
        return call_failed(call, "%s", err.text);
    code = with_setup(call, target, setup);
    setup_free(setup);
    return code;
}

const struct command command_generate = {
    .name = "generate",
    .summary = "Objects for Nagios or Icinga 2, from the inventory.",
    .words = "nagios|icinga2",
    .words_min = 1,
    .words_max = 1,
    .options = OPTION,
    .more =
        "A host for each app; services for the API, each app, token, required endpoint, client and advertiser; "
        "who is called for each, and what explains what. The same inventory makes the same bytes. The templates "
        "that the objects need are in the folder nagios of the data folder.",
    .run = run,
};
