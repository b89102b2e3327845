/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Options, life and end of the sandbox API server. */
#include "clock.h"
#include "sandbox.h"
#include "scenario.h"
#include "server.h"
#include "tls.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <gnutls/gnutls.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define EXIT_USAGE 2

struct options {
    const char *scenario;
    const char *port_file;
    const char *ca_out;
    const char *address;
    uint16_t port;
    enum tls_kind tls;
    struct clock clock;
    bool quiet;
    bool die_with_parent;
};

static const char usage[] =
    "Usage: tiktok-sandbox [OPTION]...\n"
    "A scripted stand-in for the TikTok Business API. See tests/sandbox/README.md.\n\n"
    "  --scenario FILE     the world to serve (JSON); without it the world is empty\n"
    "  --port N            the port to listen on (default 0: any free one)\n"
    "  --port-file FILE    write the port there\n"
    "  --bind ADDRESS      the address to listen on (default 127.0.0.1)\n"
    "  --tls KIND          off, good, untrusted, wrong-host, expired, self-signed, tls-hang or not-tls\n"
    "  --ca-out FILE       write the CA certificate there\n"
    "  --clock KIND        real, manual or manual:EPOCH\n"
    "  --die-with-parent   end when the parent process ends\n"
    "  --quiet             no line on standard error per request\n"
    "  --help              this text\n";

/* Returns false, with the exit code, when the program is to end. */
static bool options_read(struct options *options, int argc, char **argv, int *exit_code)
{
    enum { SCENARIO = 1000, PORT, PORT_FILE, BIND, TLS, CA_OUT, CLOCK, DIE, QUIET, HELP };
    static const struct option names[] = {
        {"scenario", required_argument, NULL, SCENARIO},
        {"port", required_argument, NULL, PORT},
        {"port-file", required_argument, NULL, PORT_FILE},
        {"bind", required_argument, NULL, BIND},
        {"tls", required_argument, NULL, TLS},
        {"ca-out", required_argument, NULL, CA_OUT},
        {"clock", required_argument, NULL, CLOCK},
        {"die-with-parent", no_argument, NULL, DIE},
        {"quiet", no_argument, NULL, QUIET},
        {"help", no_argument, NULL, HELP},
        {NULL, 0, NULL, 0},
    };
    bool fine = true;
    int option;

    *options = (struct options){.address = "127.0.0.1"};
    *exit_code = EXIT_USAGE;
    while (fine && (option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        char *end;
        unsigned long number;

        switch (option) {
        case SCENARIO:
            options->scenario = optarg;
            break;
        case PORT:
            errno = 0;
            number = strtoul(optarg, &end, 10);
            fine = errno == 0 && end != optarg && *end == '\0' && number <= 65535;
            options->port = (uint16_t)number;
            break;
        case PORT_FILE:
            options->port_file = optarg;
            break;
        case BIND:
            options->address = optarg;
            break;
        case TLS:
            fine = tls_parse(&options->tls, optarg);
            break;
        case CA_OUT:
            options->ca_out = optarg;
            break;
        case CLOCK:
            fine = clock_parse(&options->clock, optarg);
            break;
        case DIE:
            options->die_with_parent = true;
            break;
        case QUIET:
            options->quiet = true;
            break;
        case HELP:
            fputs(usage, stdout);
            *exit_code = 0;
            return false;
        default:
            return false;
        }
        if (!fine) {
            (void)fprintf(stderr, "tiktok-sandbox: --%s: \"%s\" is not accepted, see --help\n",
                          names[option - SCENARIO].name, optarg);
        }
    }
    if (fine && optind < argc) {
        (void)fprintf(stderr, "tiktok-sandbox: unexpected \"%s\"\n", argv[optind]);
        fine = false;
    }
    return fine;
}

/* Writes the text so that a reader finds all of it or no file. */
static bool write_atomically(const char *path, const char *text, struct problem *problem)
{
    struct buf part = {0};
    size_t length = strlen(text);
    bool written = false;
    int fd;

    buf_format(&part, "%s.%ld", path, (long)getpid());
    fd = open(buf_string(&part), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd >= 0) {
        written = write(fd, text, length) == (ssize_t)length;
        written = close(fd) == 0 && written && rename(buf_string(&part), path) == 0;
    }
    if (!written) {
        problem_set(problem, "%s: %s", path, strerror(errno));
        (void)unlink(buf_string(&part));
    }
    buf_free(&part);
    return written;
}

static bool load(struct sandbox *sandbox, const struct options *options, struct problem *problem)
{
    cJSON *scenario = options->scenario == NULL ? cJSON_CreateObject() : scenario_read(options->scenario, problem);

    if (scenario == NULL) {
        return false;
    }
    sandbox->scenario_name = options->scenario;
    sandbox->clock = options->clock;
    sandbox->quiet = options->quiet;
    if (!sandbox_open(sandbox, scenario, problem)) {
        sandbox_close(sandbox);
        return false;
    }
    return true;
}

/* Says where the server is to be found: nothing else ever goes to standard output. */
static bool announce(const struct options *options, const struct server *server, const struct tls_files *files,
                     struct problem *problem)
{
    char port[16];

    (void)snprintf(port, sizeof port, "%u\n", (unsigned int)server_port(server));
    if (options->ca_out != NULL &&
        !write_atomically(options->ca_out, files->ca == NULL ? "" : files->ca, problem)) {
        return false;
    }
    if (options->port_file != NULL && !write_atomically(options->port_file, port, problem)) {
        return false;
    }
    if (printf("listening %s://%s:%s", options->tls == TLS_OFF ? "http" : "https", options->address, port) < 0 ||
        fflush(stdout) != 0) {
        return problem_set(problem, "standard output: %s", strerror(errno));
    }
    return true;
}

static void wait_for_end(int stop_fd, int signal_fd)
{
    struct pollfd fds[2] = {{.fd = stop_fd, .events = POLLIN}, {.fd = signal_fd, .events = POLLIN}};

    while (poll(fds, 2, -1) < 0 && errno == EINTR) {
    }
}

/* Threads that wait on stop_fd see that it is over. */
static void say_stop(int stop_fd)
{
    const uint64_t one = 1;

    if (write(stop_fd, &one, sizeof one) != (ssize_t)sizeof one) {
        (void)fprintf(stderr, "tiktok-sandbox: %s\n", strerror(errno));
    }
}

static bool serve(struct sandbox *sandbox, const struct options *options, int signal_fd, struct problem *problem)
{
    struct tls_files files;
    struct server *server = NULL;
    bool served = false;

    if (tls_make(options->tls, &files, problem)) {
        server = server_start(sandbox, options->address, options->port, options->tls, &files, problem);
    }
    if (server != NULL) {
        served = announce(options, server, &files, problem);
        if (served) {
            wait_for_end(sandbox->stop_fd, signal_fd);
        }
        say_stop(sandbox->stop_fd);
        server_stop(server);
    }
    tls_free(&files);
    return served;
}

/* Blocks the signals that end the program, in all threads to come, and makes them readable. */
static int open_signals(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigset_t ending;

    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigemptyset(&ending);
    (void)sigaddset(&ending, SIGTERM);
    (void)sigaddset(&ending, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &ending, NULL);
    return signalfd(-1, &ending, SFD_CLOEXEC);
}

static void raise_limits(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv)
{
    struct options options;
    struct sandbox sandbox = {0};
    struct problem problem = {""};
    pid_t parent = getppid();
    int exit_code = EXIT_USAGE;
    int signal_fd;

    if (!options_read(&options, argc, argv, &exit_code)) {
        return exit_code;
    }
    if (options.die_with_parent && (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent)) {
        return 1;
    }
    raise_limits();
    signal_fd = open_signals();
    sandbox.stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (signal_fd < 0 || sandbox.stop_fd < 0) {
        (void)fprintf(stderr, "tiktok-sandbox: %s\n", strerror(errno));
        return 1;
    }
    if (load(&sandbox, &options, &problem)) {
        exit_code = serve(&sandbox, &options, signal_fd, &problem) ? 0 : 1;
        sandbox_close(&sandbox);
    } else {
        (void)fprintf(stderr, "tiktok-sandbox: %s: ", options.scenario == NULL ? "scenario" : options.scenario);
        exit_code = EXIT_USAGE;
    }
    if (problem.text[0] != '\0') {
        (void)fprintf(stderr, "%s%s\n", exit_code == EXIT_USAGE ? "" : "tiktok-sandbox: ", problem.text);
    }
    (void)close(signal_fd);
    (void)close(sandbox.stop_fd);
    return exit_code;
}
