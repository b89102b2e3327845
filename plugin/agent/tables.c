/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Registration with libnetsnmp: table_container over rows that are made in order. Each row is its index and its
 * place in the snapshot; the values are read from there when they are asked for. */
#include "agent/tables.h"

#include "agent/columns.h"
#include "agent/netsnmp.h"
#include "agent/rows.h"
#include "base/log.h"

#include <stdlib.h>

typedef bool value_fn(struct picture *picture, const struct row_ref *row, enum mib_object object,
                      struct value *out);

struct table {
    struct picture *picture;
    enum mib_group group;
    enum mib_object first; /* the object of column 1; the others follow */
    value_fn *value;
    netsnmp_table_registration_info *info;
    netsnmp_container *container;
    struct rows *rows;
};

struct tables {
    struct picture *picture;
    struct table app, token, advertiser, problem, fix;
    bool api_troubled; /* as the problem table has it */
};

/* --- answering ------------------------------------------------------------------------------------------------
 */

static void put(netsnmp_agent_request_info *info, netsnmp_request_info *request, bool there,
                const struct value *value)
{
    if (!there)
        netsnmp_set_request_error(info, request, SNMP_NOSUCHINSTANCE);
    else if (!netsnmp_put_value(request->requestvb, value))
        netsnmp_set_request_error(info, request, SNMP_ERR_GENERR);
}

static int answer_table(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
                        netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
    const struct table *table = registration->my_reg_void;

    (void)handler;
    for (netsnmp_request_info *request = requests; request; request = request->next) {
        const struct row *row = request->processed ? NULL : netsnmp_container_table_row_extract(request);
        const netsnmp_table_request_info *asked = netsnmp_extract_table_info(request);
        struct value value;

        if (request->processed)
            continue;
        put(info, request,
            row && asked &&
                table->value(table->picture, &row->ref, table->first + (enum mib_object)(asked->colnum - 1),
                             &value),
            &value);
    }
    return SNMP_ERR_NOERROR;
}

static int answer_scalars(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
                          netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
    struct picture *picture = registration->my_reg_void;

    (void)handler;
    for (netsnmp_request_info *request = requests; request; request = request->next) {
        /* The name ends in NUMBER.0. */
        oid number = request->requestvb->name[request->requestvb->name_length - 2];
        struct value value;

        if (!request->processed)
            put(info, request, scalar_value(picture, (enum mib_object)(MIB_SUMMARY + number - 1), &value), &value);
    }
    return SNMP_ERR_NOERROR;
}

/* --- registering ----------------------------------------------------------------------------------------------
 */

static bool register_table(struct table *table, struct err *err)
{
    size_t count, indexes = 0;
    oid name[MIB_OID_MAX];
    struct mib_oid root = mib_group_oid(table->group);
    netsnmp_handler_registration *registration;
    netsnmp_table_registration_info *info = table->info = SNMP_MALLOC_TYPEDEF(netsnmp_table_registration_info);

    table->first = mib_group_first(table->group, &count);
    table->container = netsnmp_container_find("table_container");
    registration = netsnmp_create_handler_registration(mib_object(table->first)->name, answer_table, name,
                                                       netsnmp_oid_of(&root, name), HANDLER_CAN_RONLY);
    if (!info || !table->container || !registration)
        return err_set(err, "out of memory");
    registration->my_reg_void = table;
    while (mib_object(table->first + (enum mib_object)indexes)->access == MIB_INDEX) {
        enum mib_syntax syntax = mib_object(table->first + (enum mib_object)indexes)->syntax;
        bool is_text = syntax == MIB_WORD || syntax == MIB_TEXT;

        netsnmp_table_helper_add_index(info, is_text ? ASN_OCTET_STR : ASN_INTEGER);
        indexes++;
    }
    info->min_column = (unsigned)indexes + 1;
    info->max_column = (unsigned)count;
    if (netsnmp_container_table_register(registration, info, table->container,
                                         TABLE_CONTAINER_KEY_NETSNMP_INDEX) != SNMPERR_SUCCESS)
        return err_set(err, "table %s can't be registered", mib_object(table->first)->name);
    return true;
}

static bool register_scalars(struct picture *picture, struct err *err)
{
    size_t count;
    oid name[MIB_OID_MAX];
    struct mib_oid root = mib_group_oid(MIB_GROUP_SCALARS);
    netsnmp_handler_registration *registration = netsnmp_create_handler_registration(
        "ttaScalars", answer_scalars, name, netsnmp_oid_of(&root, name), HANDLER_CAN_RONLY);

    (void)mib_group_first(MIB_GROUP_SCALARS, &count);
    if (!registration)
        return err_set(err, "out of memory");
    registration->my_reg_void = picture;
    if (netsnmp_register_scalar_group(registration, 1, count) != SNMPERR_SUCCESS)
        return err_set(err, "the scalars can't be registered");
    return true;
}

/* --- filling --------------------------------------------------------------------------------------------------
 */

static void fill(struct table *table, struct rows *rows)
{
    CONTAINER_CLEAR(table->container, NULL, NULL);
    rows_free(table->rows);
    table->rows = rows;
    if (!rows)
        log_error("snmp", "out of memory: %s is empty", mib_object(table->first)->name);
    for (size_t i = 0; rows && i < rows->count; i++)
        if (CONTAINER_INSERT(table->container, &rows->row[i]) != 0)
            log_error("snmp", "a row of %s can't be inserted", mib_object(table->first)->name);
}

static bool api_is_troubled(struct tables *tables)
{
    return tables->picture->snapshot && picture_api(tables->picture)->state != STATE_OK;
}

static void fill_problems(struct tables *tables)
{
    tables->api_troubled = api_is_troubled(tables);
    fill(&tables->problem, rows_of_problems(tables->picture->snapshot, tables->api_troubled));
}

void tables_fill(struct tables *tables)
{
    const struct snapshot *snapshot = tables->picture->snapshot;

    fill(&tables->app, rows_of_apps(snapshot));
    fill(&tables->token, rows_of_tokens(snapshot));
    fill(&tables->advertiser, rows_of_advertisers(snapshot));
    fill_problems(tables);
}

void tables_look(struct tables *tables)
{
    if (api_is_troubled(tables) != tables->api_troubled)
        fill_problems(tables);
}

struct tables *tables_new(struct picture *picture, struct err *err)
{
    struct tables *tables = calloc(1, sizeof(*tables));
    bool ok;

    if (!tables) {
        err_set(err, "out of memory");
        return NULL;
    }
    tables->picture = picture;
    tables->app = (struct table){.picture = picture, .group = MIB_GROUP_APP, .value = app_value};
    tables->token = (struct table){.picture = picture, .group = MIB_GROUP_TOKEN, .value = token_value};
    tables->advertiser =
        (struct table){.picture = picture, .group = MIB_GROUP_ADVERTISER, .value = advertiser_value};
    tables->problem = (struct table){.picture = picture, .group = MIB_GROUP_PROBLEM, .value = problem_value};
    tables->fix = (struct table){.picture = picture, .group = MIB_GROUP_FIX, .value = fix_value};
    ok = register_scalars(picture, err) && register_table(&tables->app, err) &&
         register_table(&tables->token, err) && register_table(&tables->advertiser, err) &&
         register_table(&tables->problem, err) && register_table(&tables->fix, err);
    if (!ok) {
        free(tables);
        return NULL;
    }
    fill(&tables->fix, rows_of_causes());
    tables_fill(tables);
    return tables;
}

/* libnetsnmp has forgotten the table by now, and frees of it only what it made. */
static void free_table(struct table *table)
{
    CONTAINER_FREE(table->container);
    netsnmp_table_registration_info_free(table->info);
    rows_free(table->rows);
}

void tables_free(struct tables *tables)
{
    if (!tables)
        return;
    free_table(&tables->app);
    free_table(&tables->token);
    free_table(&tables->advertiser);
    free_table(&tables->problem);
    free_table(&tables->fix);
    free(tables);
}
