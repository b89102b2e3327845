/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Values and object identifiers as net-snmp has them. */
#include "agent/netsnmp.h"

size_t netsnmp_oid_of(const struct mib_oid *from, oid *to)
{
    for (size_t i = 0; i < from->len; i++)
        to[i] = from->id[i];
    return from->len;
}

/* The type and the bytes of a varbind; it may point into itself, so it is not copied. */
struct wire {
    u_char type;
    const void *bytes;
    size_t len;
    long number; /* what `bytes` points to for an integer */
};

static void on_wire(const struct value *value, struct wire *out)
{
    out->type = ASN_INTEGER;
    out->number = (long)value->number;
    out->bytes = &out->number;
    out->len = sizeof(out->number);
    switch (value->syntax) {
    case MIB_TEXT:
    case MIB_LONG_TEXT:
    case MIB_WORD:
    case MIB_TIME:
        out->type = ASN_OCTET_STR;
        out->bytes = value->text;
        out->len = value->len;
        break;
    case MIB_GAUGE:
    case MIB_NUMBER:
        out->type = ASN_GAUGE; /* Unsigned32 has the same tag */
        break;
    case MIB_COUNTER:
        out->type = ASN_COUNTER;
        break;
    case MIB_AGE:
    case MIB_STATE:
    case MIB_CAUSE:
    case MIB_URGENCY:
    case MIB_ACTOR:
    case MIB_KIND:
    case MIB_GRANTOR:
    case MIB_CONFIG:
        break;
    }
}

bool netsnmp_put_value(netsnmp_variable_list *varbind, const struct value *value)
{
    struct wire wire;

    on_wire(value, &wire);
    return snmp_set_var_typed_value(varbind, wire.type, wire.bytes, wire.len) == 0;
}

bool netsnmp_append_value(netsnmp_variable_list **list, const struct mib_oid *name, const struct value *value)
{
    oid id[MIB_OID_MAX];
    struct wire wire;

    on_wire(value, &wire);
    return snmp_varlist_add_variable(list, id, netsnmp_oid_of(name, id), wire.type, wire.bytes, wire.len) != NULL;
}
