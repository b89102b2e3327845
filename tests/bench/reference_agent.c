/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The peer of agent_walk.py: the least that net-snmp's table_container can be made to do for a table of the shape
 * of ttaAdvertiserTable. Also the client that reads both, because the tools of net-snmp cost more than the agents.
 *
 *     reference_agent SOCKET ROWS                 serves until SIGTERM; prints "ready" once it is registered
 *     reference_agent PORT REPETITIONS OID...     reads these columns together by GETBULK; prints "VALUES SECONDS"
 */
#include "base/parse.h"

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <inttypes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { COLUMN_MIN = 3, COLUMN_MAX = 12, COLUMNS_MAX = 32, INDEX_MAX = 64 };

static const uint64_t FIRST_ID = UINT64_C(7502022393000000000);

/* Beside our own root. */
static const oid TABLE[] = {1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 40002, 1, 4};

struct row {
    netsnmp_index index; /* first: libnetsnmp takes a row for this */
    oid oids[INDEX_MAX];
    const char *app;
    char id[24], name[64], owner[64];
    u_char since[11], verified[11];
    long state, cause, since_age, verified_age;
};

static volatile sig_atomic_t over;

static void end(int number)
{
    (void)number;
    over = 1;
}

/* --- serving ---------------------------------------------------------------------------------- */

static void put(netsnmp_variable_list *varbind, const struct row *row, unsigned column)
{
    switch (column) {
    case 3:
        snmp_set_var_typed_value(varbind, ASN_OCTET_STR, row->app, strlen(row->app));
        break;
    case 4:
        snmp_set_var_typed_value(varbind, ASN_OCTET_STR, row->id, strlen(row->id));
        break;
    case 5:
        snmp_set_var_typed_value(varbind, ASN_OCTET_STR, row->name, strlen(row->name));
        break;
    case 6:
        snmp_set_var_typed_integer(varbind, ASN_INTEGER, row->state);
        break;
    case 7:
        snmp_set_var_typed_integer(varbind, ASN_INTEGER, row->cause);
        break;
    case 8:
        snmp_set_var_typed_value(varbind, ASN_OCTET_STR, row->owner, strlen(row->owner));
        break;
    case 9:
        snmp_set_var_typed_value(varbind, ASN_OCTET_STR, row->since, sizeof(row->since));
        break;
    case 10:
        snmp_set_var_typed_integer(varbind, ASN_INTEGER, row->since_age);
        break;
    case 11:
        snmp_set_var_typed_value(varbind, ASN_OCTET_STR, row->verified, sizeof(row->verified));
        break;
    default:
        snmp_set_var_typed_integer(varbind, ASN_INTEGER, row->verified_age);
        break;
    }
}

static int answer(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
                  netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
    (void)handler;
    (void)registration;
    (void)info;
    for (; requests; requests = requests->next) {
        const struct row *row = netsnmp_container_table_row_extract(requests);
        const netsnmp_table_request_info *asked = netsnmp_extract_table_info(requests);

        if (!requests->processed && row && asked)
            put(requests->requestvb, row, asked->colnum);
    }
    return SNMP_ERR_NOERROR;
}

static size_t add_text(oid *oids, size_t len, const char *text)
{
    oids[len++] = strlen(text);
    for (; *text; text++)
        oids[len++] = (u_char)*text;
    return len;
}

static void fill(netsnmp_container *container, uint64_t count)
{
    struct row *rows = calloc(count, sizeof(*rows));

    for (uint64_t i = 0; rows && i < count; i++) {
        struct row *row = &rows[i];

        row->app = "bench";
        snprintf(row->id, sizeof(row->id), "%" PRIu64, FIRST_ID + i);
        snprintf(row->name, sizeof(row->name), "Advertiser %" PRIu64, i);
        snprintf(row->owner, sizeof(row->owner), "owner%" PRIu64 "@agency.example", i % 20);
        memcpy(row->since, "\x07\xea\x0b\x18\x12\x00\x00\x00+\x00", sizeof(row->since));
        memcpy(row->verified, row->since, sizeof(row->verified));
        row->state = row->cause = 1;
        row->since_age = row->verified_age = 60;
        row->index.oids = row->oids;
        row->index.len = add_text(row->oids, add_text(row->oids, 0, row->app), row->id);
        CONTAINER_INSERT(container, row);
    }
}

static int serve(const char *socket, uint64_t count)
{
    netsnmp_table_registration_info *info = SNMP_MALLOC_TYPEDEF(netsnmp_table_registration_info);
    netsnmp_container *container;
    netsnmp_handler_registration *registration;

    signal(SIGTERM, end);
    snmp_enable_stderrlog();
    setenv("MIBS", "", 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE, 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
    netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET, socket);
    init_agent("reference_agent");
    container = netsnmp_container_find("table_container");
    registration =
        netsnmp_create_handler_registration("reference", answer, TABLE, OID_LENGTH(TABLE), HANDLER_CAN_RONLY);
    netsnmp_table_helper_add_indexes(info, ASN_OCTET_STR, ASN_OCTET_STR, 0);
    info->min_column = COLUMN_MIN;
    info->max_column = COLUMN_MAX;
    fill(container, count);
    if (netsnmp_container_table_register(registration, info, container, TABLE_CONTAINER_KEY_NETSNMP_INDEX) !=
        SNMPERR_SUCCESS)
        return EXIT_FAILURE;
    init_snmp("reference_agent");
    puts("ready");
    fflush(stdout);
    while (!over)
        agent_check_and_process(1);
    snmp_shutdown("reference_agent");
    return EXIT_SUCCESS;
}

/* --- reading ---------------------------------------------------------------------------------- */

struct column {
    oid root[MAX_OID_LEN], at[MAX_OID_LEN];
    size_t root_len, at_len;
};

/* Takes what an answer has; false: the first column has come to its end. */
static int take(const netsnmp_pdu *pdu, struct column *column, int count, long long *values)
{
    int which = 0;

    for (const netsnmp_variable_list *v = pdu->variables; v; v = v->next_variable, which = (which + 1) % count) {
        struct column *c = &column[which];

        if (v->type == SNMP_ENDOFMIBVIEW || v->name_length < c->root_len ||
            memcmp(v->name, c->root, c->root_len * sizeof(oid)) != 0) {
            if (which == 0)
                return 0;
            continue;
        }
        memcpy(c->at, v->name, v->name_length * sizeof(oid));
        c->at_len = v->name_length;
        ++*values;
    }
    return 1;
}

static int read_columns(const char *port, long repetitions, char **names, int count)
{
    static struct column column[COLUMNS_MAX];
    char peer[64];
    netsnmp_session wanted, *session;
    struct timespec began, ended;
    long long values = 0;
    int more = 1;

    setenv("MIBS", "", 1);
    snprintf(peer, sizeof(peer), "udp:127.0.0.1:%s", port);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
    init_snmp("reference_client");
    snmp_sess_init(&wanted);
    wanted.peername = peer;
    wanted.version = SNMP_VERSION_2c;
    wanted.community = (u_char *)"public";
    wanted.community_len = 6;
    wanted.timeout = 30000000;
    session = snmp_open(&wanted);
    for (int i = 0; i < count; i++) {
        column[i].root_len = MAX_OID_LEN;
        if (!session || !read_objid(names[i], column[i].root, &column[i].root_len))
            return EXIT_FAILURE;
        memcpy(column[i].at, column[i].root, sizeof(column[i].at));
        column[i].at_len = column[i].root_len;
    }
    clock_gettime(CLOCK_MONOTONIC, &began);
    while (more) {
        netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GETBULK), *response = NULL;

        pdu->non_repeaters = 0;
        pdu->max_repetitions = repetitions;
        for (int i = 0; i < count; i++)
            snmp_add_null_var(pdu, column[i].at, column[i].at_len);
        if (snmp_synch_response(session, pdu, &response) != STAT_SUCCESS || response->errstat != SNMP_ERR_NOERROR)
            return EXIT_FAILURE;
        more = take(response, column, count, &values);
        snmp_free_pdu(response);
    }
    clock_gettime(CLOCK_MONOTONIC, &ended);
    printf("%lld %.6f\n", values,
           (double)(ended.tv_sec - began.tv_sec) + (double)(ended.tv_nsec - began.tv_nsec) / 1e9);
    snmp_close(session);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    enum { NUMBER_MAX = 1000000 };
    uint64_t number;

    if (argc == 3 && parse_u64(argv[2], NUMBER_MAX, &number))
        return serve(argv[1], number);
    if (argc > 3 && argc <= 3 + COLUMNS_MAX && parse_u64(argv[2], NUMBER_MAX, &number))
        return read_columns(argv[1], (long)number, argv + 3, argc - 3);
    fprintf(stderr, "usage: reference_agent SOCKET ROWS | PORT REPETITIONS OID...\n");
    return EXIT_FAILURE;
}
