/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Endpoints and ids found in messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/mention.h"

static void assert_endpoint(const char *message, const char *method, const char *path)
{
    char found_method[FINDING_METHOD_MAX], found_path[FINDING_PATH_MAX];

    mention_endpoint(message, found_method, found_path);
    if (strcmp(found_method, method) != 0 || strcmp(found_path, path) != 0)
        fail_msg("'%s': '%s' '%s'", message, found_method, found_path);
}

static void finds_endpoints(void **state)
{
    (void)state;
    assert_endpoint("advertiser does not grant you /file/video/ad/search/:GET permission", "GET",
                    "/file/video/ad/search/");
    assert_endpoint("for endpoint '/campaign/get/(method=GET)'. Please", "GET", "/campaign/get/");
    assert_endpoint("'/campaign/create/:POST' permission", "POST", "/campaign/create/");
    assert_endpoint("\xe2\x80\x98/campaign/create/:POST\xe2\x80\x99 permission", "POST", "/campaign/create/");
    assert_endpoint("permission for GET /campaign/get/", "GET", "/campaign/get/");
    assert_endpoint("[POST] /campaign/create/ denied", "POST", "/campaign/create/");
    assert_endpoint("/campaign/get/", "", "/campaign/get/");
    assert_endpoint("/campaign/get", "", "/campaign/get/");
    assert_endpoint("see /campaign/get/.", "", "/campaign/get/");
    assert_endpoint("/campaign/get/ [GET]", "GET", "/campaign/get/");
    assert_endpoint("/campaign/get/ (method: get)", "GET", "/campaign/get/");
    assert_endpoint("/CAMPAIGN/GET/(METHOD=GET)", "GET", "/CAMPAIGN/GET/");
    assert_endpoint("/campaign/get/:get", "GET", "/campaign/get/");
    assert_endpoint("please get /campaign/update/ granted", "", "/campaign/update/");
    assert_endpoint("/open_api/v1.3/campaign/get/", "", "/campaign/get/");
    assert_endpoint("open_api/v1.3/campaign/get/:GET", "GET", "/campaign/get/");
    assert_endpoint("https://business-api.tiktok.com/open_api/v1.3/campaign/get/?advertiser_id=1", "",
                    "/campaign/get/");
}

static void finds_no_endpoint_where_none_is(void **state)
{
    char text[2 * FINDING_PATH_MAX];

    (void)state;
    assert_endpoint("", "", "");
    assert_endpoint("this pixel/catalog/business center and/or that", "", "");
    assert_endpoint("see https://business-api.tiktok.com/portal/docs?id=1738373164380162", "", "");
    assert_endpoint("on 2025/11/22 at 1/2", "", "");
    assert_endpoint("/ // /a", "", "");
    assert_endpoint("GET", "", "");
    memset(text, 'a', sizeof text);
    text[0] = text[5] = '/';
    text[sizeof text - 1] = '\0';
    assert_endpoint(text, "", ""); /* a path that does not fit is none */
    text[FINDING_PATH_MAX - 2] = '\0';
    text[FINDING_PATH_MAX - 3] = '/';
    assert_endpoint(text, "", text);
}

static void assert_id(const char *message, const char *id)
{
    char found[ADVERTISER_ID_MAX + 1];

    mention_advertiser(message, found);
    if (strcmp(found, id) != 0)
        fail_msg("'%s': '%s'", message, found);
}

static void finds_the_advertiser(void **state)
{
    (void)state;
    assert_id("No permission to operate advertiser: 7502022393087590401", "7502022393087590401");
    assert_id("The advertiser 7502022393087590401 doesn't exist or has been deleted.", "7502022393087590401");
    assert_id("advertiser_id=7502022393087590401", "7502022393087590401");
    assert_id("advertiser_ids: [\"7502022393087590401\",\"7502022393087590402\"]", "7502022393087590401");
    assert_id("ADVERTISER (7502022393087590401)", "7502022393087590401");
    assert_id("account 7502022393087590401 of app 7055107885017071618", "7502022393087590401");
    assert_id("App 7055107885017071618 is not authorized by advertiser 7502022393087590401",
              "7502022393087590401");
    assert_id("Advertiser 7502022393087590401 has not authorized app 7055107885017071618", "7502022393087590401");
    assert_id("No permission (7502022393087590401)", "7502022393087590401");
    assert_id("7502022393087590401: not authorized", "7502022393087590401");
    assert_id("advertiser \"My App\" (7502022393087590401)", "7502022393087590401");
}

static void takes_no_other_id_for_an_advertiser(void **state)
{
    (void)state;
    assert_id("App 7055107885017071618 reaches the QPS limit 50", "");
    assert_id("app_id 7055107885017071618", "");
    assert_id("You don't have permission to operate this catalog:7055107885017071618", "");
    assert_id("business center 7055107885017071618", "");
    assert_id("Developer account 7055107885017071618", "");
    assert_id("advertiser 123", "");
    assert_id("advertiser 75020223930875904017502022393087590401", "");
    assert_id("advertiser x7502022393087590401", "");
    assert_id("advertiser 7502022393087590401abc", "");
    assert_id("request_id: 20251122021400010101", "");
    assert_id("", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_endpoints),
        cmocka_unit_test(finds_no_endpoint_where_none_is),
        cmocka_unit_test(finds_the_advertiser),
        cmocka_unit_test(takes_no_other_id_for_an_advertiser),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
