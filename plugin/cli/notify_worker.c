/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The worker as a service of its own: signals, the configuration that stands, what the service manager is told. */
#include "cli/notify_worker.h"

#include "base/clock.h"
#include "base/log.h"
#include "probe/probe.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

struct worker_service {
    struct standing *standing;
    int signal_fd;
    int64_t watchdog_every_ms, watchdog_ms;
};

static bool open_signals(struct worker_service *service, struct err *err)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, NULL) == 0)
        service->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return service->signal_fd >= 0 || err_set(err, "signals: %s", strerror(errno));
}

static bool reload(struct worker_service *service)
{
    struct err err = {""};
    bool ok;

    service_reloading();
    ok = standing_reload(service->standing, &err);
    if (ok)
        log_info("config", "read anew");
    else
        log_error("config", "refused, the configuration before stands: %s", err.text);
    service_ready();
    return ok;
}

static enum notify_heard hear(void *arg)
{
    struct worker_service *service = arg;
    struct signalfd_siginfo info;
    enum notify_heard heard = NOTIFY_GO_ON;

    while (read(service->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo != SIGHUP) {
            log_info("notify", "told to end");
            service_stopping();
            return NOTIFY_END;
        }
        if (reload(service))
            heard = NOTIFY_RELOAD;
    }
    return heard;
}

static const struct config *config_of(void *arg)
{
    const struct worker_service *service = arg;

    return standing_config(service->standing);
}

static void tell(void *arg, const struct notify *notify)
{
    struct worker_service *service = arg;
    int64_t now_ms = clock_mono_ms();

    if (!notify) {
        service_status("another worker is at it");
    } else if (notify_fault(notify)[0]) {
        service_status("%s", notify_fault(notify));
    } else {
        struct notify_counts counts = notify_counts(notify);

        service_status("%zu wait, %zu alerts are open, %lld delivered", counts.waiting, counts.open,
                       (long long)counts.said);
    }
    if (service->watchdog_every_ms > 0 && now_ms >= service->watchdog_ms) {
        service_alive();
        service->watchdog_ms = now_ms + service->watchdog_every_ms;
    }
}

static void say_complaints(const struct worker_service *service)
{
    const struct complaints *complaints = standing_complaints(service->standing);

    for (size_t i = 0; i < complaints->count; i++) {
        char text[COMPLAINT_TEXT_MAX];

        complaint_text(&complaints->item[i], text, sizeof(text));
        log_warning("config", "%s", text);
    }
}

int notify_worker(const struct call *call)
{
    struct err err = {""};
    struct worker_service service = {.standing = standing_new(call->config, &err), .signal_fd = -1};
    struct notify_hooks hooks = {.arg = &service, .hear = hear, .config = config_of, .tell = tell};
    bool ok;

    log_setup(LOG_LEVEL_INFO, service_has_journal());
    ok = service.standing && open_signals(&service, &err);
    if (ok) {
        say_complaints(&service);
        hooks.fd = service.signal_fd;
        service.watchdog_every_ms = service_watchdog_ms();
        service_ready();
        ok = notify_run(&hooks, &err);
    }
    if (service.signal_fd >= 0)
        close(service.signal_fd);
    standing_free(service.standing);
    return ok ? COMMAND_DONE : call_failed(call, "%s", err.text);
}
