/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Icinga's JSON, written and read. */
#include "core/feed_icinga.h"

#include "base/jsonw.h"
#include "base/parse.h"
#include "base/text.h"
#include "ext/json.h"

#include <stdlib.h>
#include <string.h>

enum { SAID_MAX = 200 };

/* --- what is sent ---------------------------------------------------------------------------------------------
 */

static void put_perfdata(struct jsonw *w, const char *perfdata)
{
    const char *word;
    size_t len;

    jsonw_array(w, "performance_data");
    while ((len = parse_word(&perfdata, " ", &word)) > 0)
        jsonw_string_n(w, NULL, word, len);
    jsonw_array_end(w);
}

bool feed_icinga_body(struct buf *out, const struct feed_result *result, const char *source, double start,
                      double end)
{
    size_t len = strlen(result->text);
    struct buf name;
    struct jsonw w;

    while (len > 0 && result->text[len - 1] == '\n')
        len--;
    buf_init(&name, 1024);
    buf_printf(&name, "%s!%s", result->service->host, result->service->name);
    if (!buf_ok(&name))
        buf_fail(out);
    jsonw_init(&w, out, false);
    jsonw_object(&w, NULL);
    jsonw_string(&w, "type", "Service");
    jsonw_string(&w, "service", buf_text(&name));
    jsonw_int(&w, "exit_status", result->state);
    jsonw_string_n(&w, "plugin_output", result->text, len);
    put_perfdata(&w, result->perfdata);
    jsonw_string(&w, "check_source", source);
    jsonw_int(&w, "execution_start", (int64_t)start);
    jsonw_int(&w, "execution_end", (int64_t)end);
    jsonw_object_end(&w);
    buf_free(&name);
    return buf_ok(out);
}

/* --- what is answered -----------------------------------------------------------------------------------------
 */

static void say(struct err *err, const char *before, const char *text)
{
    struct buf safe;

    buf_init(&safe, SAID_MAX + 8);
    text_safe(&safe, text, strlen(text), false, SAID_MAX);
    err_set(err, "%s%s", before, buf_text(&safe));
    buf_free(&safe);
}

/* The inner code, else the outer one; *said: the sentence beside it, "" none. False: not an answer of Icinga's. */
static bool read_code(const struct json *root, int http_status, int64_t *code, const char **said)
{
    const struct json *result = json_first(json_member(root, "results"));
    const char *text = json_text(json_member(result, "status"));

    if (json_type_of(root) != JSON_OBJECT)
        return false;
    *said = text ? text : "";
    if (result)
        return json_type_of(json_member(root, "results")) == JSON_ARRAY &&
               json_whole(json_member(result, "code"), code);
    text = json_text(json_member(root, "status"));
    *said = text ? text : "";
    if (json_whole(json_member(root, "error"), code))
        return true;
    *code = http_status;
    return http_status != 200; /* 200 without a result stored nothing that we know of */
}

static enum feed_icinga_meaning judge(int64_t code, const char *said, struct err *err)
{
    switch (code) {
    case 200:
        if (!strstr(said, "Ignoring passive"))
            return FEED_ICINGA_DELIVERED;
        say(err, "Icinga stored nothing: ", said);
        return FEED_ICINGA_REFUSED;
    case 409:
        return FEED_ICINGA_NEWER;
    case 404:
        return FEED_ICINGA_MISSING;
    case 401:
        say(err, "Icinga does not know our user or password: ", said);
        return FEED_ICINGA_DENIED;
    case 403:
        say(err, "Icinga refuses passive results (enable_passive_checks): ", said);
        return FEED_ICINGA_REFUSED;
    case 400:
        say(err, "Icinga does not take what we sent: ", said);
        return FEED_ICINGA_REFUSED;
    default:
        err_set(err, "Icinga is not well: status %d", (int)code);
        return FEED_ICINGA_UNWELL;
    }
}

enum feed_icinga_meaning feed_icinga_read(int http_status, const char *body, size_t len, struct err *err)
{
    struct err why = {""};
    struct json *root;
    enum feed_icinga_meaning meaning = FEED_ICINGA_UNWELL;
    const char *said = "";
    int64_t code = 0;

    if (http_status == 401) { /* its text is no JSON */
        err_set(err, "Icinga does not know our user and password, or certificate (401)");
        return FEED_ICINGA_DENIED;
    }
    root = json_parse(body, len, &why);
    if (!root || !read_code(root, http_status, &code, &said)) {
        err_set(err, "Icinga is not well, or this is not Icinga: HTTP %d without its JSON", http_status);
    } else if (code == 404 && !json_first(json_member(root, "results")) && !strstr(said, "o objects found")) {
        err_set(err, "this is not Icinga's REST interface: HTTP 404");
    } else if (code == 403 && !json_first(json_member(root, "results"))) {
        say(err, "our ApiUser lacks the permission actions/process-check-result: ", said);
        meaning = FEED_ICINGA_DENIED;
    } else {
        meaning = judge(code, said, err);
        if (meaning == FEED_ICINGA_UNWELL && json_first(json_member(root, "results")))
            meaning = FEED_ICINGA_FAULTY;
    }
    json_free(root);
    return meaning;
}

/* --- which services there are ---------------------------------------------------------------------------------
 */

struct named {
    const char *name;
    int64_t state; /* -1: not told */
};

struct feed_names {
    struct json *root;
    struct named *item; /* ordered by name */
    size_t count;
};

static int name_order(const void *a, const void *b)
{
    return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

void feed_names_free(struct feed_names *names)
{
    if (!names)
        return;
    json_free(names->root);
    free(names->item);
    free(names);
}

/* "name" stands beside "attrs", and says the same as attrs.__name. */
static const char *name_of(const struct json *object)
{
    const char *name = json_text(json_member(object, "name"));

    return name ? name : json_text(json_member(json_member(object, "attrs"), "__name"));
}

struct feed_names *feed_names_read(const char *body, size_t len, struct err *err)
{
    struct feed_names *names = calloc(1, sizeof(*names));
    const struct json *results;

    if (!names) {
        err_set(err, "out of memory");
        return NULL;
    }
    names->root = json_parse(body, len, err);
    results = json_member(names->root, "results");
    if (names->root && json_type_of(results) != JSON_ARRAY)
        err_set(err, "no list of services");
    if (json_type_of(results) == JSON_ARRAY)
        names->item = calloc(json_count(results) + 1, sizeof(*names->item));
    if (!names->item) {
        feed_names_free(names);
        return NULL;
    }
    for (const struct json *item = json_first(results); item; item = json_next(item))
        if (name_of(item)) {
            struct named *named = &names->item[names->count++];

            named->name = name_of(item);
            if (!json_whole(json_member(json_member(item, "attrs"), "state"), &named->state))
                named->state = -1;
        }
    qsort(names->item, names->count, sizeof(*names->item), name_order);
    return names;
}

static const struct named *find_named(const struct feed_names *names, const char *host, const char *service)
{
    const struct named *found = NULL;
    struct named wanted = {.state = -1};
    struct buf whole;

    buf_init(&whole, 1024);
    buf_printf(&whole, "%s!%s", host, service);
    wanted.name = buf_text(&whole);
    if (buf_ok(&whole) && names->count > 0)
        found = bsearch(&wanted, names->item, names->count, sizeof(*names->item), name_order);
    buf_free(&whole);
    return found;
}

bool feed_names_have(const struct feed_names *names, const char *host, const char *service)
{
    return find_named(names, host, service) != NULL;
}

bool feed_names_read_as(const struct feed_names *names, const char *host, const char *service, enum state state)
{
    const struct named *found = find_named(names, host, service);

    return found && found->state == (int64_t)state;
}

bool feed_icinga_source(const char *body, size_t len, struct buf *out)
{
    struct err why = {""};
    struct json *root = json_parse(body, len, &why);
    const struct json *attrs = json_member(json_first(json_member(root, "results")), "attrs");
    const char *source = json_text(json_member(json_member(attrs, "last_check_result"), "check_source"));
    bool ok = json_type_of(attrs) == JSON_OBJECT;

    if (source)
        buf_str(out, source);
    json_free(root);
    return ok && buf_ok(out);
}
