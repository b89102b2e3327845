/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Prints the tables of core/mib as lines of tab-separated fields, for tests/integration/test_mib.py:
 *
 *     root OID
 *     object NAME OID SYNTAX ACCESS
 *     label SYNTAX VALUE LABEL
 *     notification NAME OID OBJECT... */
#include "core/mib.h"

#include <stdio.h>

static const char *const SYNTAX[] = {
    [MIB_TEXT] = "text",   [MIB_LONG_TEXT] = "long_text", [MIB_WORD] = "word",       [MIB_TIME] = "time",
    [MIB_AGE] = "age",     [MIB_GAUGE] = "gauge",         [MIB_COUNTER] = "counter", [MIB_NUMBER] = "number",
    [MIB_STATE] = "state", [MIB_CAUSE] = "cause",         [MIB_URGENCY] = "urgency", [MIB_ACTOR] = "actor",
    [MIB_KIND] = "kind",   [MIB_GRANTOR] = "grantor",     [MIB_CONFIG] = "config",
};
static const char *const ACCESS[] = {
    [MIB_INDEX] = "noaccess", [MIB_READ] = "readonly", [MIB_NOTIFY] = "notifyonly"};

static void print_oid(struct mib_oid oid, const char *end)
{
    struct buf text;

    buf_init(&text, 2048);
    (void)mib_oid_write(&oid, &text); /* an empty field then fails the comparison */
    printf("\t%s%s", buf_text(&text), end);
    buf_free(&text);
}

int main(void)
{
    printf("root");
    print_oid(mib_root(), "\n");
    for (unsigned i = 0; i < MIB_OBJECT_COUNT; i++) {
        const struct mib_object_info *info = mib_object((enum mib_object)i);

        printf("object\t%s", info->name);
        print_oid(mib_object_oid((enum mib_object)i), "");
        printf("\t%s\t%s\n", SYNTAX[info->syntax], ACCESS[info->access]);
    }
    for (unsigned syntax = 0; syntax < TTA_LEN(SYNTAX); syntax++) {
        const char *label;

        for (uint32_t value = 1; (label = mib_label((enum mib_syntax)syntax, value)) != NULL; value++)
            printf("label\t%s\t%u\t%s\n", SYNTAX[syntax], value, label);
    }
    for (unsigned i = MIB_NOTE_CRITICAL; i <= MIB_NOTE_SUMMARY; i++) {
        const struct mib_notification_info *info = mib_notification((enum mib_notification)i);

        printf("notification\t%s", info->name);
        print_oid(mib_notification_oid((enum mib_notification)i), "");
        for (size_t n = 0; n < info->object_count; n++)
            printf("\t%s", mib_object(info->object[n])->name);
        putchar('\n');
    }
    return 0;
}
