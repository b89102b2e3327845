/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The configuration as a value, frozen after parsing. */
#ifndef TTA_CORE_CONFIG_H
#define TTA_CORE_CONFIG_H

#include "base/buf.h"
#include "base/parse.h"
#include "base/secret.h"
#include "core/cause.h"
#include "core/complaint.h"
#include "core/name_index.h"
#include "core/permission.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All durations are milliseconds (…_ms) or seconds (…_s); all strings are owned by the config; NULL = not given.
 */

struct config_api {
    char *base_url; /* default https://business-api.tiktok.com/open_api/v1.3, no slash at its end */
    char *ca_file;
    char *proxy;
    int64_t connect_timeout_ms; /* 5s */
    int64_t request_timeout_ms; /* 10s */
    uint64_t max_response;      /* 64MiB */
    int retries;                /* 5; 0 to 5 */
    int64_t retry_base_ms;      /* 1s */
};

enum tier { TIER_BASIC, TIER_ADVANCED, TIER_PREMIUM, TIER_ULTIMATE };

struct config_app {
    char *name;
    char *app_id;
    char *secret_file; /* NULL: no discovery, advertiser/info judges */
    enum tier tier;
    int budget_percent; /* 10 */
    char *redirect_uri;
    char *reauth_url; /* may hold {advertiser_id} */
    char *public_url;
    char *on_new_token;
    bool usable; /* false: a complaint of SUBJECT_APP says why; its tokens are not asked */
    unsigned line;
};

enum token_kind { TOKEN_MARKETING, TOKEN_TT_USER };

struct config_token {
    char *name;
    char *app_name;        /* as written; NULL = not given */
    size_t app;            /* index into config->app; SIZE_MAX: no such app, the token is not usable then */
    char *token_file;      /* NULL for one from [tokens] */
    struct secret *secret; /* only for one from [tokens] */
    enum grantor granted_by;
    enum token_kind kind;
    bool refresh;
    bool discover;
    struct permissions required;
    bool usable;                          /* false: a complaint of SUBJECT_TOKEN says why */
    char *own_of;                         /* beside which token it is kept; NULL: it is on no list of ours */
    bool own;                             /* kept by us from an authorization, not written down by anybody yet */
    char (*bound)[ADVERTISER_ID_MAX + 1]; /* advertisers that it covers though no row of theirs may say so */
    size_t bound_count;
    unsigned line;
};

struct config_sweep {
    bool by_service;
    int64_t interval_s;       /* 300 */
    int64_t stale_after_s;    /* 1800; raised to six intervals where less was given */
    int confirm_reads;        /* 2; 1 to 3 */
    int64_t confirm_delay_ms; /* 2000 */
    int64_t mass_confirm_s;   /* 600 */
    int64_t known_after_s;    /* 86400 */
    bool account_status;
    int64_t permission_interval_s; /* 3600 */
    int diagnose_max;              /* 20 */
    int hosts;                     /* 1 */
};

struct config_snmp {
    char *agentx_socket;       /* unix:/var/agentx/master */
    bool notify;               /* yes */
    int notify_burst;          /* 10: alerts of one round that are told one by one */
    int64_t notify_interval_s; /* 60: between two notifications about one root cause */
};

/* The pages on which clients authorize again. */
struct config_serve {
    char *listen;        /* 127.0.0.1:8040 */
    char *trusted_proxy; /* 127.0.0.1 ::1 */
    char *name;          /* who asks, as clients know us */
    char *contact;       /* whom they ask */
    int rate;            /* 30: requests a minute from one address, */
    int rate_total;      /* 600: and from all */
};

struct config_videos {
    int64_t deadline_s; /* 3600: an upload that is not usable by then has failed */
    int64_t pause_ms;   /* 5000: before the second question about one; each later pause is twice as long */
    int64_t keep_s;     /* 86400: so long a watched upload is shown after it is settled */
};

/* Of its name, owner and client, in bytes. */
enum { ADVERTISER_TEXT_MAX = 300 };

/* An advertiser given in a section of its own; the inventory takes it over. */
struct config_advertiser {
    char *id, *name, *tokens, *owner, *client, *until, *required; /* as written; NULL = not given */
    unsigned line;
};

enum feed_kind { FEED_NAGIOS, FEED_ICINGA2 };

/* An engine that passive results are handed to. */
struct config_feed {
    char *name;
    int kind;  /* enum feed_kind; -1: not given, and the feed is not usable then */
    char *dir; /* nagios: the engine's check_result_path */
    char *url; /* icinga2: https://HOST:5665 */
    char *user, *password_file;
    char *ca_file, *cert_file, *key_file;
    char *host;  /* the host of an app's services; {app} stands for its name */
    bool usable; /* false: a complaint says why */
    unsigned line;
};

/* Someone who is called: the `owner` of advertisers, or `platform`, who is called for apps and tokens. */
struct config_owner {
    char *name;
    char *email;
    char *hours;    /* as written: "mon-fri 09:00-18:00" */
    char *key_file; /* the PagerDuty routing key of what is theirs; NULL: the receiver's own */
    unsigned line;
};

enum notify_kind { NOTIFY_PAGERDUTY, NOTIFY_ALERTMANAGER, NOTIFY_WEBHOOK, NOTIFY_SLACK };

/* A receiver of alerts, and which it gets. */
struct config_notify {
    char *name;
    int kind;          /* enum notify_kind; -1: not given, and it is not usable then */
    bool from_engine;  /* told by the monitoring engine's notification command; else by the agent */
    char *url;         /* no slash at its end; pagerduty and slack have defaults */
    char *key_file;    /* pagerduty: the routing key */
    char *secret_file; /* webhook: what it is signed with */
    char *path_file;   /* slack: the secret path of its URL */
    char *user, *password_file;
    char *ca_file, *proxy;
    char *owner, *cause, *urgency, *state; /* filters as written, commas between words; NULL: any */
    bool is_default;                       /* takes what no other took, and nothing else */
    int64_t group_wait_ms;                 /* 30s */
    int group_over;                        /* 10: more losses than this at once are one alert */
    int64_t resend_ms;                     /* 1m; alertmanager */
    int64_t retry_base_ms, retry_max_ms;   /* 5s, 5m */
    int64_t expire_s;                      /* 1d: then it is a dead letter */
    bool usable;                           /* false: a complaint says why */
    unsigned line;
};

struct config {
    char *path; /* of the file */
    struct config_api api;
    struct config_app *app;
    size_t app_count;
    struct config_token *token;
    size_t token_count;
    char *tokens_file;    /* [tokens] file, made absolute */
    char *tokens_command; /* [tokens] command */
    unsigned tokens_line;
    char **inventory_file; /* made absolute */
    size_t inventory_count;
    struct config_advertiser *advertiser;
    size_t advertiser_count;
    struct config_feed *feed;
    size_t feed_count;
    struct config_owner *owner;
    size_t owner_count;
    struct config_notify *notify;
    size_t notify_count;
    struct config_sweep sweep;
    struct config_snmp snmp;
    struct config_serve serve;
    struct config_videos videos;
    char *store_path;          /* default LOCALSTATEDIR/lib/tiktok-auth/state.db */
    int64_t keep_s;            /* 400d */
    int severity[CAUSE_COUNT]; /* enum state, or -1: the catalog's */
    char *fix_text[CAUSE_COUNT];
    char *runbook_url[CAUSE_COUNT];

    /* config.c's own: */
    struct name_index app_index, token_index;
    struct config_build *build; /* NULL once frozen */
};

/* Building: create, feed every line in order, finish. Relative paths are taken from the folder of `path`. Faults
 * become complaints about what they name: an unknown key in [token x] about token x, an unknown section about
 * nobody, a fault in [api], [sweep] or [store] about all, its default then standing. Complaints quote no value
 * that could be a secret. `complaints` is used up to config_finish. NULL: out of memory. */
struct config *config_new(const char *path, struct complaints *complaints) TTA_MUST_CHECK;
void config_section(struct config *config, unsigned line, const char *section);
void config_key(struct config *config, unsigned line, const char *section, const char *key, const char *value);
void config_bad_line(struct config *config, unsigned line, const char *section, const char *what);
/* One line of [tokens]: JSON {name, app, token, granted_by}; `source` and `line` place complaints. The line's text
 * is not kept. Only between the last config_key and config_finish. */
void config_token_line(struct config *config, const char *source, unsigned line, const char *json, size_t len);
/* One line of our own list of tokens: JSON {name, app, of, granted_by, advertisers}, as config_own_write has it. A
 * token of that name that the configuration has already is only bound to the advertisers. After all others. */
void config_own_token(struct config *config, const char *source, unsigned line, const char *json, size_t len);
/* Appends such a line. */
struct config_own {
    const char *name, *app;
    const char *of; /* the token beside which it is kept, whose required permissions are its own, too */
    enum grantor granted_by;
    const char (*advertiser)[ADVERTISER_ID_MAX + 1];
    size_t count;
};
void config_own_write(const struct config_own *own, struct buf *out);
/* Checks what belongs together (a token's app exists, an app has an app_id, ...), sorts nothing, and freezes.
 * False: memory ran out on the way, something given is missing; only config_free is left to call then. */
bool config_finish(struct config *config) TTA_MUST_CHECK;
/* At any time, finished or not; NULL is fine. */
void config_free(struct config *config);

/* NULL / SIZE_MAX: no such name. */
const struct config_app *config_find_app(const struct config *config, const char *name);
const struct config_feed *config_find_feed(const struct config *config, const char *name);
const struct config_notify *config_find_notify(const struct config *config, const char *name);
const struct config_owner *config_find_owner(const struct config *config, const char *name);
size_t config_find_token(const struct config *config, const char *name);

/* Where the list of our own tokens lies; as config_state_file. */
char *config_own_list(const struct config *config) TTA_MUST_CHECK;
/* Where a token of our own lies: "<folder of store_path>/tokens/NAME"; as config_state_file. */
char *config_own_path(const struct config *config, const char *name) TTA_MUST_CHECK;
/* Where things lie beside the store: "<folder of store_path>/snapshot", "…/sweep.lock", "…/inventory.accepted".
 * The caller frees; NULL out of memory. */
char *config_state_file(const struct config *config, const char *name) TTA_MUST_CHECK;

enum state config_state_of(const struct config *config,
                           enum cause cause); /* with [severity] applied; a cause that keeps stays STATE_UNKNOWN */
const char *tier_name(enum tier tier);
struct tier_limits {
    int64_t qps, qpm, qpd;
};
struct tier_limits tier_limits_of(enum tier tier);

#endif
