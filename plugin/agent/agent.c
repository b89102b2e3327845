/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The loop: it waits for the master agent, for signals, for the end of a round and for the clock, and nothing in
 * it waits for anything else. Rounds have a process of their own.
 *
 *     starting --> serving --SIGTERM, SIGINT, or --once and all is told--> leaving
 *
 * While serving a round begins each interval; SIGHUP takes a new configuration, and brings a round at once. */
#include "agent/agent.h"

#include "agent/feeding.h"
#include "agent/link.h"
#include "agent/notifier.h"
#include "agent/oncall.h"
#include "agent/options.h"
#include "agent/picture.h"
#include "agent/tables.h"
#include "base/clock.h"
#include "base/log.h"
#include "probe/probe.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_MISUSED = 2 };

enum {
    TICK_MS = 1000,         /* the published snapshot, and what comes with time, are looked at this often */
    STATUS_MS = 30000,      /* and said to the service manager */
    RETRY_MS = 10000,       /* after a round that could not begin, and the like */
    ROUND_MIN_MS = 3600000, /* a round may take this long, or */
    ROUND_INTERVALS = 6,    /* so many intervals */
    FEED_INTERVALS = 2,   /* engines hear of us after so many even where no round ends: else they call it stale */
    LAST_WORDS_MS = 1000, /* for answers to what is in flight when told to end */
    ONCE_CONNECT_MS = 5000, /* for the master, with --once */
};

struct agent {
    struct agent_options options;
    struct standing *standing;
    struct latest *latest;
    struct sweeper *sweeper;
    struct picture_self self;
    struct picture picture;
    struct tables *tables;
    struct notifier *notifier;
    struct feeding *feeding;
    struct oncall *oncall;
    struct err config_fault;
    int signal_fd;
    int64_t round_began_ms; /* the last one */
    int64_t retry_ms;       /* 0: the last round began; else it could not, and is tried again then */
    bool round_now;         /* do not wait for the interval */
    int64_t look_ms, status_ms;
    int64_t fed_ms; /* when feeds were due last */
    int64_t watchdog_every_ms, watchdog_ms;
    int64_t leave_ms; /* 0: not yet; else leave when nothing is in flight, or then */
    bool leaving;
    bool once_done, once_good;
    bool dying;                    /* the last round did not come to its end, */
    bool api_said;                 /* and what that means for the api is told, */
    int64_t api_ms;                /* or tried again then */
    char told_fault[ERR_TEXT_MAX]; /* the fault of a round that was logged last */
};

/* --- what is read ---------------------------------------------------------------------------------------------
 */

static void renew(struct agent *agent)
{
    picture_renew(&agent->picture, standing_config(agent->standing), standing_complaints(agent->standing),
                  latest_snapshot(agent->latest));
    tables_fill(agent->tables);
    notifier_wake(agent->notifier);
}

static void say_status(struct agent *agent)
{
    if (agent->config_fault.text[0])
        service_status("configuration refused, the one before stands: %s", agent->config_fault.text);
    else
        service_status("%s%s", picture_all_line(&agent->picture),
                       link_is_up() ? "" : " (no connection to the SNMP master agent)");
}

/* Rounds tell of the api; where they die before they can, it is told here. */
static void say_api(struct agent *agent, int64_t now_ms)
{
    const struct verdict *api;
    struct err err = {""};

    if (!agent->dying || agent->api_said || now_ms < agent->api_ms || !agent->picture.snapshot)
        return;
    api = &picture_api(&agent->picture)->verdict;
    if (api->state == STATE_OK)
        return;
    agent->api_ms = now_ms + RETRY_MS;
    agent->api_said =
        alert_log_say_api(standing_config(agent->standing), api, agent->told_fault, agent->picture.now, &err);
    if (!agent->api_said)
        log_warning("store", "%s", err.text);
    notifier_wake(agent->notifier);
}

static void look(struct agent *agent, int64_t now_ms)
{
    if (now_ms < agent->look_ms)
        return;
    agent->look_ms = now_ms + TICK_MS;
    if (latest_look(agent->latest, standing_config(agent->standing))) {
        renew(agent);
        say_status(agent);
    }
    tables_look(agent->tables);
    say_api(agent, now_ms);
    if (now_ms < agent->status_ms)
        return;
    agent->status_ms = now_ms + STATUS_MS;
    say_status(agent);
}

/* --- rounds ---------------------------------------------------------------------------------------------------
 */

static int64_t interval_ms(const struct agent *agent)
{
    const struct snapshot *snapshot = latest_snapshot(agent->latest);
    int64_t interval_s = standing_config(agent->standing)->sweep.interval_s;

    if (snapshot && snapshot_board(snapshot)->real_interval_s > interval_s)
        interval_s = snapshot_board(snapshot)->real_interval_s;
    return interval_s * 1000;
}

/* Reckoned anew each time: the interval follows configuration and budget. */
static int64_t round_due_ms(const struct agent *agent)
{
    if (agent->round_now)
        return 0;
    return agent->retry_ms ? agent->retry_ms : agent->round_began_ms + interval_ms(agent);
}

static void begin_round(struct agent *agent, int64_t now_ms)
{
    int64_t interval = interval_ms(agent);
    int64_t longest = ROUND_INTERVALS * interval > ROUND_MIN_MS ? ROUND_INTERVALS * interval : ROUND_MIN_MS;
    struct err err = {""};

    agent->round_began_ms = now_ms;
    agent->retry_ms = 0;
    agent->round_now = false;
    /* What others asked a moment ago need not be asked again. */
    if (!sweeper_start(agent->sweeper, agent->standing,
                       &(struct sweeper_options){.max_age_ms = interval / 2, .deadline_ms = now_ms + longest},
                       &err)) {
        log_error("sweep", "%s", err.text);
        agent->self.rounds_failed++;
        agent->retry_ms = now_ms + RETRY_MS;
    }
}

/* A fault is said when it comes and when it changes, not every five minutes. */
static void say_fault(struct agent *agent, const struct sweeper_result *result)
{
    if (strcmp(result->fault, agent->told_fault) != 0 && result->fault[0])
        log_warning("sweep", "%s", result->fault);
    if (agent->told_fault[0] && !result->fault[0])
        log_info("sweep", "rounds work again");
    memcpy(agent->told_fault, result->fault, sizeof(agent->told_fault));
}

static void end_round(struct agent *agent, const struct sweeper_result *result)
{
    agent->self.rounds++;
    agent->self.rounds_failed += !result->ran || (!result->verified && !result->quiet);
    agent->self.calls += (uint64_t)result->calls;
    agent->self.throttled += (uint64_t)result->throttled;
    agent->self.faulty += (uint64_t)result->faulty;
    agent->dying = !result->ran;
    agent->api_said = agent->api_said && agent->dying;
    say_fault(agent, result);
    log_debug("sweep", "round: %" PRId64 " asked, %" PRId64 " left, %" PRId64 " calls, %" PRId64 " changes",
              result->asked, result->left, result->calls, result->changes);
    if (sweeper_snapshot_fd(agent->sweeper) >= 0 &&
        latest_take(agent->latest, sweeper_snapshot_fd(agent->sweeper)))
        renew(agent);
    agent->look_ms = 0;
    notifier_wake(agent->notifier);
    agent->fed_ms = 0;
    if (!agent->options.once)
        return;
    agent->once_done = true;
    agent->once_good = result->ran && (result->verified || result->quiet);
}

/* Zero: a round has just ended. */
static void feed(struct agent *agent, int64_t now_ms, int64_t *wake_ms)
{
    if (agent->fed_ms == 0 || now_ms >= agent->fed_ms + FEED_INTERVALS * interval_ms(agent)) {
        feeding_due(agent->feeding);
        agent->fed_ms = now_ms;
    }
    feeding_step(agent->feeding, now_ms, wake_ms);
}

static void sweep(struct agent *agent, int64_t now_ms)
{
    struct sweeper_result result;

    if (sweeper_step(agent->sweeper, now_ms, &result))
        end_round(agent, &result);
    if (!sweeper_is_running(agent->sweeper) && now_ms >= round_due_ms(agent) && !agent->leaving &&
        !agent->once_done)
        begin_round(agent, now_ms);
}

/* --- signals --------------------------------------------------------------------------------------------------
 */

static void reload(struct agent *agent)
{
    char *socket = strdup(standing_config(agent->standing)->snmp.agentx_socket);
    char *path = strdup(standing_config(agent->standing)->store_path);

    service_reloading();
    err_clear(&agent->config_fault);
    if (standing_reload(agent->standing, &agent->config_fault)) {
        log_info("config", "read anew");
        if (socket && !agent->options.socket &&
            strcmp(socket, standing_config(agent->standing)->snmp.agentx_socket) != 0)
            log_warning("config", "[snmp] agentx_socket takes effect with the next start");
        if (path && strcmp(path, standing_config(agent->standing)->store_path) != 0)
            notifier_begin_anew(agent->notifier);
        oncall_reload(agent->oncall);
        renew(agent);
    } else {
        log_error("config", "refused, the configuration before stands: %s", agent->config_fault.text);
    }
    free(socket);
    free(path);
    agent->round_now = true; /* the inventory is read by rounds, whatever became of the configuration */
    say_status(agent);
    service_ready();
}

static void take_signals(struct agent *agent, int64_t now_ms)
{
    struct signalfd_siginfo info;

    while (read(agent->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGHUP) {
            reload(agent);
        } else if (!agent->leaving) {
            log_info("agent", "told to end");
            service_stopping();
            agent->leaving = true;
            agent->leave_ms = now_ms + LAST_WORDS_MS;
            oncall_end(agent->oncall);
        }
    }
}

/* --- the link's events ----------------------------------------------------------------------------------------
 */

static void link_up(void *arg)
{
    struct agent *agent = arg;

    notifier_wake(agent->notifier);
}

static void link_down(void *arg)
{
    struct agent *agent = arg;

    notifier_link_down(agent->notifier);
}

static void link_answer(void *arg, int64_t number, bool taken)
{
    struct agent *agent = arg;

    notifier_answer(agent->notifier, number, taken, clock_mono_ms());
}

/* --- the loop -------------------------------------------------------------------------------------------------
 */

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void wait_for_something(struct agent *agent, int64_t wake_ms)
{
    struct pollfd fds[LINK_FDS_MAX + FEEDING_FDS_MAX + 2];
    int link_wake_ms;
    size_t count = link_fds(fds, LINK_FDS_MAX, &link_wake_ms);
    int64_t pause = wake_ms - clock_mono_ms();

    fds[count++] = (struct pollfd){.fd = agent->signal_fd, .events = POLLIN};
    fds[count++] = (struct pollfd){.fd = sweeper_fd(agent->sweeper), .events = POLLIN};
    count += feeding_fds(agent->feeding, fds + count);
    if (link_wake_ms >= 0 && link_wake_ms < pause)
        pause = link_wake_ms;
    if (poll(fds, count, pause < 0 ? 0 : pause > TICK_MS ? TICK_MS : (int)pause) < 0 && errno != EINTR)
        log_error("agent", "poll: %s", strerror(errno));
}

/* True: it is time to go. */
static bool is_over(struct agent *agent, int64_t now_ms)
{
    if (agent->once_done && !agent->leaving) {
        if (!feeding_is_idle(agent->feeding)) /* it has a deadline of its own */
            return false;
        if (agent->leave_ms == 0)
            agent->leave_ms = now_ms + ONCE_CONNECT_MS;
        return (link_is_up() && notifier_is_idle(agent->notifier)) || now_ms >= agent->leave_ms;
    }
    return agent->leaving &&
           (((notifier_is_idle(agent->notifier) || !link_is_up()) && oncall_is_idle(agent->oncall)) ||
            now_ms >= agent->leave_ms);
}

static void keep_alive(struct agent *agent, int64_t now_ms)
{
    if (agent->watchdog_every_ms == 0 || now_ms < agent->watchdog_ms)
        return;
    service_alive();
    agent->watchdog_ms = now_ms + agent->watchdog_every_ms;
}

static void serve(struct agent *agent)
{
    while (true) {
        int64_t now_ms = clock_mono_ms(), wake_ms, oncall_ms = INT64_MAX, feed_ms;

        picture_at(&agent->picture, clock_wall());
        take_signals(agent, now_ms);
        link_process();
        sweep(agent, now_ms);
        look(agent, now_ms);
        feed(agent, now_ms, &feed_ms);
        notifier_step(agent->notifier, now_ms, &wake_ms);
        if (!agent->options.once)
            oncall_step(agent->oncall, now_ms, &oncall_ms);
        keep_alive(agent, now_ms);
        if (is_over(agent, now_ms))
            return;
        wake_ms = sooner(wake_ms, agent->look_ms);
        wake_ms = sooner(wake_ms, feed_ms);
        wake_ms = sooner(wake_ms, oncall_ms);
        wake_ms = sooner(wake_ms, sweeper_wake_ms(agent->sweeper));
        if (!sweeper_is_running(agent->sweeper) && !agent->once_done)
            wake_ms = sooner(wake_ms, round_due_ms(agent));
        wait_for_something(agent, wake_ms);
    }
}

/* --- beginning and end ----------------------------------------------------------------------------------------
 */

static bool open_signals(struct agent *agent, struct err *err)
{
    sigset_t set;

    (void)signal(SIGPIPE, SIG_IGN); /* a master that died is found out by what write(2) says */
    (void)signal(SIGXFSZ, SIG_IGN); /* and so does a file's limit: a failed write, like a full disk */
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return err_set(err, "signals: %s", strerror(errno));
    agent->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return agent->signal_fd >= 0 || err_set(err, "signals: %s", strerror(errno));
}

static bool begin(struct agent *agent, struct err *err)
{
    const struct link_events events = {.arg = agent, .up = link_up, .down = link_down, .answer = link_answer};
    const char *socket = agent->options.socket;

    agent->self.started = clock_wall();
    agent->fed_ms = clock_mono_ms();
    agent->round_now = true;
    agent->self.config_fault = agent->config_fault.text;
    agent->picture.self = &agent->self;
    agent->latest = latest_new();
    agent->sweeper = sweeper_new();
    agent->notifier = notifier_new(&agent->picture);
    agent->feeding = feeding_new(agent->standing, agent->latest);
    agent->oncall = oncall_new(agent->standing);
    if (!agent->latest || !agent->sweeper || !agent->notifier || !agent->feeding || !agent->oncall)
        return err_set(err, "out of memory");
    if (!socket)
        socket = standing_config(agent->standing)->snmp.agentx_socket;
    if (!open_signals(agent, err) || !link_init(socket, &events, err))
        return false;
    (void)latest_look(agent->latest, standing_config(agent->standing));
    picture_renew(&agent->picture, standing_config(agent->standing), standing_complaints(agent->standing),
                  latest_snapshot(agent->latest));
    picture_at(&agent->picture, clock_wall());
    agent->tables = tables_new(&agent->picture, err);
    if (!agent->tables)
        return false;
    link_start();
    agent->watchdog_every_ms = service_watchdog_ms();
    return true;
}

static void end(struct agent *agent)
{
    sweeper_free(agent->sweeper);
    feeding_free(agent->feeding);
    oncall_free(agent->oncall);
    if (agent->tables)
        link_stop();
    tables_free(agent->tables);
    notifier_free(agent->notifier);
    latest_free(agent->latest);
    standing_free(agent->standing);
    if (agent->signal_fd >= 0)
        close(agent->signal_fd);
}

static void say_complaints(const struct agent *agent)
{
    const struct complaints *complaints = standing_complaints(agent->standing);

    for (size_t i = 0; i < complaints->count; i++) {
        char text[COMPLAINT_TEXT_MAX];

        complaint_text(&complaints->item[i], text, sizeof(text));
        log_warning("config", "%s", text);
    }
}

/* Up to here faults are shown to who started it; from here on they go to syslog. The folder stays: paths may be
 * relative to it. */
static bool go_to_background(const struct agent *agent, struct err *err)
{
    if (agent->options.foreground)
        return true;
    if (daemon(1, 0) != 0)
        return err_set(err, "can't go to the background: %s", strerror(errno));
    log_to_syslog("tiktok-auth-agent");
    return true;
}

static int run(struct agent *agent)
{
    struct err err = {""};
    int status = EXIT_FAILED;

    agent->signal_fd = -1;
    agent->standing = standing_new(agent->options.config, &err);
    if (!agent->standing) {
        log_error("config", "%s", err.text);
        return EXIT_FAILED;
    }
    say_complaints(agent);
    if (!go_to_background(agent, &err)) {
        log_error("agent", "%s", err.text);
    } else if (begin(agent, &err)) {
        log_info("agent", "tiktok-auth-agent %s serves", PACKAGE_VERSION);
        service_ready();
        say_status(agent);
        serve(agent);
        status = agent->options.once && !agent->once_good ? EXIT_FAILED : EXIT_DONE;
        log_info("agent", "ended");
    } else {
        log_error("agent", "%s", err.text);
    }
    end(agent);
    return status;
}

int agent_main(int argc, char **argv)
{
    struct agent agent = {.signal_fd = -1};
    struct buf say;
    bool bad;

    buf_init(&say, 8192);
    if (!agent_options_read(argc, argv, &agent.options, &say, &bad)) {
        fputs(buf_text(&say), bad ? stderr : stdout);
        buf_free(&say);
        return bad ? EXIT_MISUSED : EXIT_DONE;
    }
    buf_free(&say);
    log_setup(agent.options.verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, service_has_journal());
    return run(&agent);
}
