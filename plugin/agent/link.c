/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * libnetsnmp's subagent role, its logging and its session. */
#include "agent/link.h"

#include "agent/netsnmp.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

/* From RFC 2741: the PDU that libnetsnmp itself sends for a trap, but keeps no answer of. */
enum { AGENTX_NOTIFY = 12 };

/* PING_S: how often a dead master is noticed and looked for. ANSWER_S: how long it may think. No retries: on a
 * stream socket a second copy arrives as well as the first. */
enum { PING_S = 1, ANSWER_S = 4 };

static struct link_events events;
static netsnmp_session *session; /* NULL: down */

static int take_log(int major, int minor, void *line, void *arg)
{
    const struct snmp_log_message *message = line;
    int len = (int)strcspn(message->msg, "\n");

    (void)major;
    (void)minor;
    (void)arg;
    if (message->priority <= LOG_ERR)
        log_error("snmp", "%.*s", len, message->msg);
    else if (message->priority <= LOG_WARNING)
        log_warning("snmp", "%.*s", len, message->msg);
    else
        log_debug("snmp", "%.*s", len, message->msg);
    return SNMP_ERR_NOERROR;
}

static int went_up(int major, int minor, void *opened, void *arg)
{
    (void)major;
    (void)minor;
    (void)arg;
    session = opened;
    session->timeout = ANSWER_S * 1000000L;
    session->retries = 0;
    log_info("snmp", "connected to the master agent");
    events.up(events.arg);
    return SNMP_ERR_NOERROR;
}

static int went_down(int major, int minor, void *closed, void *arg)
{
    (void)major;
    (void)minor;
    (void)closed;
    (void)arg;
    if (session) {
        session = NULL;
        log_warning("snmp", "the master agent is gone; trying again every %d s", PING_S);
        events.down(events.arg);
    }
    return SNMP_ERR_NOERROR;
}

bool link_init(const char *socket, const struct link_events *to, struct err *err)
{
    static const struct {
        int store, which;
    } switches[] = {
        {NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_ALARM_DONT_USE_SIG},
        {NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS},
        {NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE},
        {NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD},
        {NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE},
        {NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE},
        {NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_NO_CONNECTION_WARNINGS},
        {NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_NO_ROOT_ACCESS},
    };

    events = *to;
    snmp_disable_log();
    netsnmp_register_loghandler(NETSNMP_LOGHANDLER_CALLBACK, LOG_DEBUG);
    snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, take_log, NULL);
    for (size_t i = 0; i < TTA_LEN(switches); i++)
        netsnmp_ds_set_boolean(switches[i].store, switches[i].which, 1);
    netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET, socket);
    netsnmp_ds_set_int(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_TIMEOUT, ANSWER_S);
    netsnmp_ds_set_int(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_RETRIES, 0);
    if (init_agent("tiktok-auth-agent") != 0)
        return err_set(err, "libnetsnmp can't be set up as a subagent");
    /* init_agent() would undo this, and init_snmp() is too late. */
    netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL, PING_S);
    snmp_register_callback(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_START, went_up, NULL);
    snmp_register_callback(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_STOP, went_down, NULL);
    return true;
}

void link_start(void)
{
    /* It would read all MIB files of the host, complain of what they miss, and keep them: we name nothing. */
    (void)setenv("MIBS", "", 1);
    init_snmp("tiktok-auth-agent");
}

void link_stop(void)
{
    session = NULL;
    snmp_shutdown("tiktok-auth-agent");
    shutdown_agent();
}

bool link_is_up(void)
{
    return session != NULL;
}

size_t link_fds(struct pollfd *fds, size_t most, int *wake_ms)
{
    netsnmp_large_fd_set set;
    struct timeval timeout = {.tv_sec = 3600};
    int highest = 0, block = 0; /* 0: the timeout given is a limit */
    size_t count = 0;

    netsnmp_large_fd_set_init(&set, FD_SETSIZE);
    NETSNMP_LARGE_FD_ZERO(&set);
    (void)snmp_select_info2(&highest, &set, &timeout, &block);
    for (int fd = 0; fd < highest && count < most; fd++)
        if (NETSNMP_LARGE_FD_ISSET(fd, &set))
            fds[count++] = (struct pollfd){.fd = fd, .events = POLLIN};
    netsnmp_large_fd_set_cleanup(&set);
    *wake_ms = block ? -1 : (int)(timeout.tv_sec * 1000 + (timeout.tv_usec + 999) / 1000);
    return count;
}

void link_process(void)
{
    enum { ROUNDS_MAX = 100 }; /* so that a talkative master does not keep the rest of the loop from its turn */

    for (int i = 0; i < ROUNDS_MAX && agent_check_and_process(0) > 0; i++)
        ;
}

static int take_answer(int operation, netsnmp_session *from, int reqid, netsnmp_pdu *pdu, void *magic)
{
    bool taken = operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE && pdu && pdu->errstat == SNMP_ERR_NOERROR;

    (void)from;
    (void)reqid;
    events.answer(events.arg, (int64_t)(intptr_t)magic, taken);
    return 1;
}

bool link_notify(void *varbinds, int64_t number)
{
    netsnmp_pdu *pdu = session ? snmp_pdu_create(AGENTX_NOTIFY) : NULL;

    if (!pdu) {
        snmp_free_varbind(varbinds);
        return false;
    }
    pdu->variables = varbinds;
    pdu->version = session->version;
    pdu->sessid = session->sessid;
    if (snmp_async_send(session, pdu, take_answer, (void *)(intptr_t)number) != 0)
        return true;
    snmp_free_pdu(pdu);
    return false;
}
