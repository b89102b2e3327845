/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * serve: the pages on which clients authorize again, until it is told to end. SIGHUP takes a new configuration. */
#include "base/clock.h"
#include "base/log.h"
#include "base/net.h"
#include "cli/command.h"
#include "cli/serve_assets.h"
#include "probe/probe.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const struct option_row OPTION[] = {
    {"listen", "ADDR:PORT", "where, in place of [serve] listen; port 0: a free one"},
    {NULL, NULL, NULL},
};

enum {
    TICK_MS = 1000,
    LAST_WORDS_MS =
        25 * 1000 /* for what was begun: an authorization that is broken off costs somebody a second one */
};

struct serving {
    struct serve *serve;
    int signal_fd;
    int64_t leave_ms; /* 0: not yet; else when nothing is under way, or then */
    int64_t watchdog_every_ms, watchdog_ms;
};

static bool open_signals(struct serving *s, struct err *err)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return err_set(err, "signals: %s", strerror(errno));
    s->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return s->signal_fd >= 0 || err_set(err, "signals: %s", strerror(errno));
}

static void reload(struct serving *s)
{
    struct err err = {""};

    service_reloading();
    if (serve_reload(s->serve, &err)) {
        log_info("config", "read anew");
        service_status("listening on %s", serve_address(s->serve));
    } else {
        log_error("config", "refused, the configuration before stands: %s", err.text);
        service_status("configuration refused, the one before stands: %s", err.text);
    }
    service_ready();
}

static void take_signals(struct serving *s, int64_t now_ms)
{
    struct signalfd_siginfo info;

    while (read(s->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGHUP) {
            reload(s);
        } else if (s->leave_ms == 0) {
            log_info("serve", "told to end");
            service_stopping();
            s->leave_ms = now_ms + LAST_WORDS_MS;
        } else {
            s->leave_ms = now_ms; /* told twice */
        }
    }
}

static void keep_alive(struct serving *s, int64_t now_ms)
{
    if (s->watchdog_every_ms == 0 || now_ms < s->watchdog_ms)
        return;
    service_alive();
    s->watchdog_ms = now_ms + s->watchdog_every_ms;
}

static void wait_for_something(const struct serving *s)
{
    struct pollfd fds[SERVE_FDS_MAX + 1];
    size_t count = serve_fds(s->serve, fds);
    int64_t pause = serve_wake_ms(s->serve) - clock_mono_ms();

    fds[count++] = (struct pollfd){.fd = s->signal_fd, .events = POLLIN};
    if (poll(fds, count, pause < 0 ? 0 : pause > TICK_MS ? TICK_MS : (int)pause) < 0 && errno != EINTR)
        log_error("serve", "poll: %s", strerror(errno));
}

static void loop(struct serving *s)
{
    while (true) {
        int64_t now_ms = clock_mono_ms();

        take_signals(s, now_ms);
        serve_step(s->serve, now_ms);
        keep_alive(s, now_ms);
        if (s->leave_ms > 0 && (serve_is_idle(s->serve) || now_ms >= s->leave_ms))
            return;
        wait_for_something(s);
    }
}

static int run(const struct call *call)
{
    const char *at = call_value(call, "listen");
    struct serving s = {.signal_fd = -1};
    struct net_address address;
    struct err err = {""};
    uint16_t port;
    int code = COMMAND_DONE;

    if (at && !net_parse_endpoint(at, &address, &port))
        return call_misused(call, "--listen '%s': allowed is ADDRESS:PORT, such as 127.0.0.1:8040", at);
    log_setup(LOG_LEVEL_INFO, service_has_journal());
    s.serve = serve_new(
        &(struct serve_options){
            .config_path = call->config, .listen = at, .css = serve_css, .css_hash = serve_css_hash},
        &err);
    if (s.serve && open_signals(&s, &err)) {
        log_info("serve", "listening on %s", serve_address(s.serve));
        service_status("listening on %s", serve_address(s.serve));
        service_ready();
        s.watchdog_every_ms = service_watchdog_ms();
        loop(&s);
    } else {
        code = call_failed(call, "%s", err.text);
    }
    serve_free(s.serve);
    if (s.signal_fd >= 0)
        close(s.signal_fd);
    return code;
}

const struct command command_serve = {
    .name = "serve",
    .summary = "The pages on which clients authorize again, behind your proxy.",
    .words = "",
    .options = OPTION,
    .more = "It runs until it is ended. SIGHUP reads the configuration again. [serve] and public_url in [app "
            "NAME] say "
            "what it needs.",
    .run = run,
};
