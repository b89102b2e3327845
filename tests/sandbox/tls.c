/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Certificates made at start, good and bad: no private key is ever on disk. */
#include "tls.h"

#include "mem.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY_S 86400

/* A key and its certificate. */
struct identity {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t certificate;
};

bool tls_parse(enum tls_kind *kind, const char *text)
{
    static const struct {
        const char *name;
        enum tls_kind kind;
    } kinds[] = {
        {"off", TLS_OFF},         {"good", TLS_GOOD},
        {"untrusted", TLS_GOOD},  {"wrong-host", TLS_WRONG_HOST},
        {"expired", TLS_EXPIRED}, {"self-signed", TLS_SELF_SIGNED},
        {"tls-hang", TLS_HANG},   {"not-tls", TLS_NOT_TLS},
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].name, text) == 0) {
            *kind = kinds[i].kind;
            return true;
        }
    }
    return false;
}

static void identity_free(struct identity *identity)
{
    if (identity->certificate != NULL) {
        gnutls_x509_crt_deinit(identity->certificate);
    }
    if (identity->key != NULL) {
        gnutls_x509_privkey_deinit(identity->key);
    }
}

/* A new key and a certificate with all that a CA and a leaf have in common. Negative: a gnutls error. */
static int identity_make(struct identity *identity, const char *name, unsigned char serial, time_t from,
                         time_t until)
{
    int rc = gnutls_x509_privkey_init(&identity->key);

    if (rc >= 0) {
        rc = gnutls_x509_privkey_generate(identity->key, GNUTLS_PK_ECDSA,
                                          GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
    }
    if (rc >= 0) {
        rc = gnutls_x509_crt_init(&identity->certificate);
    }
    if (rc >= 0) {
        rc = gnutls_x509_crt_set_version(identity->certificate, 3);
    }
    if (rc >= 0) {
        rc = gnutls_x509_crt_set_key(identity->certificate, identity->key);
    }
    if (rc >= 0) {
        rc = gnutls_x509_crt_set_serial(identity->certificate, &serial, sizeof serial);
    }
    if (rc >= 0) {
        rc = gnutls_x509_crt_set_activation_time(identity->certificate, from);
    }
    if (rc >= 0) {
        rc = gnutls_x509_crt_set_expiration_time(identity->certificate, until);
    }
    if (rc >= 0) {
        rc = gnutls_x509_crt_set_dn_by_oid(identity->certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                           (unsigned int)strlen(name));
    }
    return rc;
}

static int identity_make_ca(struct identity *ca, time_t now)
{
    int rc = identity_make(ca, "Sandbox test CA", 1, now - 1000 * DAY_S, now + 3650 * (time_t)DAY_S);

    if (rc >= 0) {
        rc = gnutls_x509_crt_set_basic_constraints(ca->certificate, 1, 0);
    }
    if (rc >= 0) {
        rc = gnutls_x509_crt_set_key_usage(ca->certificate, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN);
    }
    if (rc >= 0) {
        rc = gnutls_x509_crt_sign2(ca->certificate, ca->certificate, ca->key, GNUTLS_DIG_SHA256, 0);
    }
    return rc;
}

static int add_names(gnutls_x509_crt_t certificate, bool wrong_host)
{
    static const unsigned char loopback[4] = {127, 0, 0, 1};
    const char *name = wrong_host ? "elsewhere.example.net" : "localhost";
    int rc = gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, name,
                                                  (unsigned int)strlen(name), GNUTLS_FSAN_SET);

    if (rc >= 0 && !wrong_host) {
        rc = gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, loopback, sizeof loopback,
                                                  GNUTLS_FSAN_APPEND);
    }
    return rc;
}

static int identity_make_leaf(struct identity *leaf, const struct identity *ca, enum tls_kind kind, time_t now)
{
    time_t until = kind == TLS_EXPIRED ? now - DAY_S : now + 365 * DAY_S;
    const struct identity *signer = kind == TLS_SELF_SIGNED ? leaf : ca;
    int rc = identity_make(leaf, "Sandbox", 2, now - 400 * DAY_S, until);

    if (rc >= 0) {
        rc = add_names(leaf->certificate, kind == TLS_WRONG_HOST);
    }
    if (rc >= 0) {
        rc = gnutls_x509_crt_set_basic_constraints(leaf->certificate, 0, -1);
    }
    if (rc >= 0) {
        rc = gnutls_x509_crt_set_key_usage(leaf->certificate, GNUTLS_KEY_DIGITAL_SIGNATURE);
    }
    if (rc >= 0) {
        rc = gnutls_x509_crt_set_key_purpose_oid(leaf->certificate, GNUTLS_KP_TLS_WWW_SERVER, 0);
    }
    if (rc >= 0) {
        rc = gnutls_x509_crt_sign2(leaf->certificate, signer->certificate, signer->key, GNUTLS_DIG_SHA256, 0);
    }
    return rc;
}

static char *taken(const gnutls_datum_t *pem)
{
    char *text = mem_new((size_t)pem->size + 1, 1);

    memcpy(text, pem->data, pem->size);
    gnutls_free(pem->data);
    return text;
}

static int export_all(const struct identity *ca, const struct identity *leaf, struct tls_files *files)
{
    gnutls_datum_t pem = {0};
    int rc = gnutls_x509_crt_export2(ca->certificate, GNUTLS_X509_FMT_PEM, &pem);

    if (rc >= 0) {
        files->ca = taken(&pem);
        rc = gnutls_x509_crt_export2(leaf->certificate, GNUTLS_X509_FMT_PEM, &pem);
    }
    if (rc >= 0) {
        files->certificate = taken(&pem);
        rc = gnutls_x509_privkey_export2(leaf->key, GNUTLS_X509_FMT_PEM, &pem);
    }
    if (rc >= 0) {
        files->key = taken(&pem);
    }
    return rc;
}

bool tls_make(enum tls_kind kind, struct tls_files *files, struct problem *problem)
{
    struct identity ca = {0};
    struct identity leaf = {0};
    time_t now = time(NULL);
    int rc;

    *files = (struct tls_files){0};
    if (kind == TLS_OFF) {
        return true;
    }
    rc = identity_make_ca(&ca, now);
    if (rc >= 0) {
        rc = identity_make_leaf(&leaf, &ca, kind, now);
    }
    if (rc >= 0) {
        rc = export_all(&ca, &leaf, files);
    }
    identity_free(&leaf);
    identity_free(&ca);
    return rc >= 0 || problem_set(problem, "no certificate could be made: %s", gnutls_strerror(rc));
}

void tls_free(struct tls_files *files)
{
    free(files->ca);
    free(files->certificate);
    if (files->key != NULL) {
        gnutls_memset(files->key, 0, strlen(files->key));
    }
    free(files->key);
    *files = (struct tls_files){0};
}
