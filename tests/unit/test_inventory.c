/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The inventory: what is read, left out and said about it, the order, the search, and writing it back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fail.h"
#include "config_fixture.h"

#define INI                                                                            \
    "[app main]\napp_id = 1\n[app alt]\napp_id = 2\n"                                  \
    "[token m1]\napp = main\ntoken_file = x\n[token m2]\napp = main\ntoken_file = x\n" \
    "[token a1]\napp = alt\ntoken_file = x\n[token lost]\napp = none\ntoken_file = x\n"
#define HEADER "advertiser_id,name,token,owner\n"
#define FULL_HEADER "advertiser_id,name,token,owner,client,until,required_permissions\n"
#define ID "7502022393087590401"

struct world {
    struct complaints complaints;
    struct config *config;
    struct inventory *inventory;
};

static struct world world;

/* The configuration above and `ini`, and one CSV text. */
static const struct inventory *make_with(const char *ini, const char *csv)
{
    struct buf text;

    inventory_free(world.inventory);
    config_free(world.config);
    complaints_free(&world.complaints);
    buf_init(&text, 1 << 20);
    buf_printf(&text, INI "%s", ini);
    world.config = config_fixture(buf_text(&text), &world.complaints);
    buf_free(&text);
    complaints_free(&world.complaints);
    world.inventory = inventory_fixture(world.config, csv, &world.complaints);
    return world.inventory;
}

static const struct inventory *make(const char *csv)
{
    return make_with("", csv);
}

static int teardown(void **state)
{
    (void)state;
    inventory_free(world.inventory);
    config_free(world.config);
    complaints_free(&world.complaints);
    world = (struct world){0};
    return 0;
}

/* "app/id:token token" of all, a blank between two. */
static const char *shown(void)
{
    static char text[4000];
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < world.inventory->count; i++) {
        const struct advertiser *a = &world.inventory->item[i];

        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s/%s:", i > 0 ? " " : "",
                                world.config->app[a->app].name, a->id);
        for (size_t t = 0; t < a->token_count; t++)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", t > 0 ? "," : "",
                                    world.config->token[a->token[t]].name);
    }
    return text;
}

static void reads_every_column(void **state)
{
    const struct advertiser *a;

    (void)state;
    make("\xef\xbb\xbf" FULL_HEADER ID
         ",\"Acme, \"\"M\xc3\xbcller\"\"\",m2 m1,o@x,c,2026-11-30,\"/a/, POST /b/\"\r\n"
         "7,,m1,,,,\r\n");
    assert_complaints(&world.complaints, "");
    assert_string_equal(shown(), "main/7:m1 main/" ID ":m2,m1");
    a = &world.inventory->item[1];
    assert_string_equal(a->name, "Acme, \"M\xc3\xbcller\"");
    assert_string_equal(a->owner, "o@x");
    assert_string_equal(a->client, "c");
    assert_int_equal(a->until, 1796083200); /* 2026-12-01T00:00:00Z */
    assert_int_equal(a->required.count, 2);
    assert_string_equal(a->required.item[1].method, "POST");
    a = &world.inventory->item[0];
    assert_string_equal(a->name, "");
    assert_string_equal(a->owner, "");
    assert_string_equal(a->client, "");
    assert_int_equal(a->until, 0);
    assert_int_equal(a->required.count, 0);
}

static void columns_come_in_any_order(void **state)
{
    (void)state;
    make("# who is expected\n\nowner,token,extra,name,advertiser_id,,\no,m1,x,n,7,,\n");
    assert_complaints(&world.complaints, "a.csv line 3: column 'extra' is not known and ignored @nobody\n");
    assert_string_equal(shown(), "main/7:m1");
    assert_string_equal(world.inventory->item[0].name, "n");
    assert_string_equal(world.inventory->item[0].owner, "o");
}

static void header_line_is_needed(void **state)
{
    static const char NEEDED[] = "needed: advertiser_id, name, token, owner";
    char said[500];

    (void)state;
    make("");
    snprintf(said, sizeof(said), "a.csv: there is no header line; %s; the file is left out @all\n", NEEDED);
    assert_complaints(&world.complaints, said);
    make("# nothing\n\n");
    assert_complaints(&world.complaints, said);
    make(ID ",Acme,m1,o\n7,Acme,m1,o\n");
    snprintf(said, sizeof(said),
             "a.csv line 1: the header line has no column 'advertiser_id'; %s; the file is left out @all\n",
             NEEDED);
    assert_complaints(&world.complaints, said);
    make("advertiser_id,name,token,Owner\n7,n,m1,o\n");
    snprintf(said, sizeof(said),
             "a.csv line 1: the header line has no column 'owner', but 'Owner'; %s; the file is left out @all\n",
             NEEDED);
    assert_complaints(&world.complaints, said);
    make("advertiser_id;name;token;owner\n7;n;m1;o\n");
    snprintf(
        said, sizeof(said),
        "a.csv line 1: the header line has no column 'advertiser_id'; %s, with commas between them; the file is "
        "left out @all\n",
        NEEDED);
    assert_complaints(&world.complaints, said);
    make("advertiser_id,\"name,token\n7,n,m1,o\n");
    assert_complaints(&world.complaints,
                      "a.csv line 1: a quote is not closed in the header line; the file is left out @all\n");
    assert_int_equal(world.inventory->count, 0);
    make(HEADER);
    assert_complaints(&world.complaints, "");
}

static void odd_columns(void **state)
{
    (void)state;
    make("advertiser_id,name,token,owner,token,clients\n7,n,m1,o,m2,c\n");
    assert_complaints(&world.complaints,
                      "a.csv line 1: column 'token' is given twice; the first stands @nobody\n"
                      "a.csv line 1: column 'clients' is not known and ignored; did you mean 'client'? @nobody\n");
    assert_string_equal(shown(), "main/7:m1");
}

static void rows_of_another_form(void **state)
{
    (void)state;
    make(FULL_HEADER "71,n\n"
                     "72,n,m1\n"
                     "73,n,m1,o\n"
                     "x4,n\n"
                     "75,Acme, Inc,m1,o,c,,,\n"
                     "76,Acme, Inc,m1,o,c,,,more\n"
                     "77,\"n\"x,m1,o\n"
                     "\"\n"
                     "79,n,m1,o,,,,,,,,,\n");
    assert_complaints(
        &world.complaints,
        "a.csv line 2: advertiser 71: the row is short, without column token; it is left out @advertiser 71\n"
        "a.csv line 3: advertiser 72: the row is short, without column owner; it is left out @advertiser 72\n"
        "a.csv line 5: the row is short, without column token; it is left out @nobody\n"
        "a.csv line 6: advertiser 75: token: there is no token 'Inc'; it is left out @advertiser 75\n"
        "a.csv line 7: advertiser 76: the row has more fields than the header line (a field with a comma in it "
        "needs "
        "quotes); it is left out @advertiser 76\n"
        "a.csv line 8: advertiser 77: there is text behind a closing quote; it is left out @advertiser 77\n"
        "a.csv line 9: a quote is not closed; it is left out @nobody\n");
    assert_string_equal(shown(), "main/73:m1 main/79:m1");
}

static void ids_that_are_none(void **state)
{
    (void)state;
    make(HEADER "75020x,n,m1,o\n,n,m1,o\n7.50202E+18,n,m1,o\n 7502022393087590401 ,n,m1,o\n"
                "123456789012345678901,n,m1,o\n-7,n,m1,o\n12345678901234567890,n,m1,o\n"
                "0123456789abcdef0123456789abcdef01234567,n,m1,o\n");
    assert_complaints(
        &world.complaints,
        "a.csv line 2: advertiser_id: '75020x' is no id; allowed: 1 to 20 digits; the row is left out @nobody\n"
        "a.csv line 3: advertiser_id: is empty; allowed: 1 to 20 digits; the row is left out @nobody\n"
        "a.csv line 4: advertiser_id: '7.50202E+18' is no id; allowed: 1 to 20 digits (a spreadsheet rounded it: "
        "format its column as text); the row is left out @nobody\n"
        "a.csv line 6: advertiser_id: '123456789012345678901' is no id; allowed: 1 to 20 digits; the row is left "
        "out "
        "@nobody\n"
        "a.csv line 7: advertiser_id: '-7' is no id; allowed: 1 to 20 digits; the row is left out @nobody\n"
        "a.csv line 9: advertiser_id: '0123456789abcdef01234...' is no id; allowed: 1 to 20 digits; the row is "
        "left "
        "out @nobody\n");
    assert_string_equal(shown(), "main/" ID ":m1 main/12345678901234567890:m1");
}

static void tokens_of_a_row(void **state)
{
    (void)state;
    make(HEADER "1,n,,o\n2,n,m3,o\n3,n,m3 m1 m4,o\n4,n,lost,o\n5,n,m1 m1 m2 m1,o\n6,n,m1 a1 m2,o\n"
                "7,n,0123456789abcdef0123456789abcdef01234567,o\n8,n,\"m1,m2\",o\n");
    assert_complaints(
        &world.complaints,
        "a.csv line 2: advertiser 1: token: is empty; allowed: names of tokens, a blank between two; it "
        "is left out @advertiser 1\n"
        "a.csv line 3: advertiser 2: token: there is no token 'm3'; it is left out @advertiser 2\n"
        "a.csv line 4: advertiser 3: token: there is no token 'm3' (and more); its other tokens are "
        "taken @advertiser 3\n"
        "a.csv line 5: advertiser 4: token: the app of token 'lost' is not known; it is left out "
        "@advertiser 4\n"
        "a.csv line 8: advertiser 7: token: a word in it is not the name of a token; it is left out "
        "@advertiser 7\n"
        "a.csv line 9: advertiser 8: token: a word in it is not the name of a token; it is left out "
        "@advertiser 8\n");
    assert_string_equal(shown(), "alt/6:a1 main/3:m1 main/5:m1,m2 main/6:m1,m2");
}

static void tokens_have_a_limit(void **state)
{
    struct buf ini, csv;

    (void)state;
    buf_init(&ini, 10000);
    buf_init(&csv, 10000);
    buf_str(&csv, HEADER "7,n,");
    for (int i = 0; i <= ADVERTISER_TOKENS_MAX; i++) {
        buf_printf(&ini, "[token x%d]\napp = main\ntoken_file = x\n", i);
        buf_printf(&csv, "x%d ", i);
    }
    buf_str(&csv, ",o\n");
    make_with(buf_text(&ini), buf_text(&csv));
    assert_complaints(&world.complaints,
                      "a.csv line 2: advertiser 7: token: there are more than 16 tokens; its other "
                      "tokens are taken @advertiser 7\n");
    assert_int_equal(world.inventory->item[0].token_count, ADVERTISER_TOKENS_MAX);
    buf_free(&ini);
    buf_free(&csv);
}

static void faults_that_leave_the_row(void **state)
{
    (void)state;
    make(FULL_HEADER "1,n,m1,o,c,30.11.2026,\n2,n,m1,o,c,1969-12-31,\n3,n,m1,o,c,2026-02-29,\n"
                     "4,n,m1,o,c,1970-01-01,\n5,n,m1,o,c,,GET\n");
    assert_complaints(
        &world.complaints,
        "a.csv line 2: advertiser 1: until: is no day; allowed: the last day in UTC, such as 2026-11-30; no end "
        "is "
        "taken @advertiser 1\n"
        "a.csv line 3: advertiser 2: until: is no day; allowed: the last day in UTC, such as 2026-11-30; no end "
        "is "
        "taken @advertiser 2\n"
        "a.csv line 4: advertiser 3: until: is no day; allowed: the last day in UTC, such as 2026-11-30; no end "
        "is "
        "taken @advertiser 3\n"
        "a.csv line 6: advertiser 5: required_permissions: 'GET' has no path that begins with a slash; allowed: "
        "GET "
        "or POST and a path such as /file/video/ad/search/, a comma between two; none is taken @advertiser 5\n");
    assert_int_equal(world.inventory->count, 5);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(world.inventory->item[i].until, 0);
    assert_int_equal(world.inventory->item[3].until, 86400);
    assert_int_equal(world.inventory->item[4].required.count, 0);
}

static void names_are_cut_between_characters(void **state)
{
    struct buf csv;

    (void)state;
    buf_init(&csv, 10000);
    buf_str(&csv, HEADER "7,x");
    for (int i = 0; i < 160; i++)
        buf_str(&csv, "\xc3\xbc");
    buf_str(&csv, ",m1,o\n");
    make(buf_text(&csv));
    buf_free(&csv);
    assert_complaints(&world.complaints,
                      "a.csv line 2: advertiser 7: name: is longer than 300 bytes; it is cut @advertiser 7\n");
    assert_int_equal(strlen(world.inventory->item[0].name), 299);
}

static void names_are_one_line(void **state)
{
    (void)state;
    make(HEADER "7,\" a\r\nb\tc\n \",m1,\"\n\"\n");
    assert_complaints(&world.complaints, "");
    assert_string_equal(world.inventory->item[0].name, "a  b c");
    assert_string_equal(world.inventory->item[0].owner, "");
}

static void the_first_of_two_rows_stands(void **state)
{
    struct inventory_builder *builder;
    static const char A[] = HEADER "8,n,m1,o\n7,first,m1,o\n7,second,m1,o\n7,third,m1 a1,o\n";
    static const char B[] = HEADER "7,fourth,m2,o\n9,n,m1,o\n";

    (void)state;
    make_with("[advertiser 9]\nname = fifth\ntoken = m1\n[advertiser 10]\nname = ten\ntoken = m1\n", NULL);
    builder = inventory_begin(world.config, &world.complaints);
    inventory_csv(builder, "a.csv", A, sizeof(A) - 1);
    inventory_csv(builder, "b.csv", B, sizeof(B) - 1);
    inventory_free(world.inventory);
    world.inventory = inventory_finish(builder);
    assert_complaints(&world.complaints, "a.csv line 4: advertiser 7 is listed a second time under app main "
                                         "(first in a.csv line 3); the first stands "
                                         "@advertiser 7\n"
                                         "a.csv line 5: advertiser 7 is listed a second time under app main "
                                         "(first in a.csv line 3); the first stands "
                                         "@advertiser 7\n"
                                         "b.csv line 2: advertiser 7 is listed a second time under app main "
                                         "(first in a.csv line 3); the first stands "
                                         "@advertiser 7\n"
                                         "/etc/tta/t.conf line 17: advertiser 9 is listed a second time under app "
                                         "main (first in b.csv line 3); the "
                                         "first stands @advertiser 9\n");
    assert_string_equal(shown(), "alt/7:a1 main/7:m1 main/8:m1 main/9:m1 main/10:m1");
    assert_string_equal(world.inventory->item[0].name, "third");
    assert_string_equal(world.inventory->item[1].name, "first");
    assert_string_equal(world.inventory->item[3].name, "n");
    assert_string_equal(world.inventory->item[4].name, "ten");
}

static void sections_become_advertisers(void **state)
{
    (void)state;
    make_with("[advertiser " ID "]\nname = Acme\ntoken = m1 a1\nowner = o\nclient = c\nuntil = 2026-11-30\n"
              "required_permissions = GET /a/\n  POST /b/\n[advertiser 8]\nname = no token\n"
              "[advertiser 9]\ntoken = m1\nuntil = soon\n",
              NULL);
    assert_complaints(
        &world.complaints,
        "/etc/tta/t.conf line 25: advertiser 8: token: is empty; allowed: names of tokens, a blank "
        "between two; it is left out @advertiser 8\n"
        "/etc/tta/t.conf line 27: advertiser 9: until: is no day; allowed: the last day in UTC, such as "
        "2026-11-30; no end is taken @advertiser 9\n");
    assert_string_equal(shown(), "alt/" ID ":a1 main/9:m1 main/" ID ":m1");
    for (size_t i = 0; i < 3; i += 2) {
        assert_string_equal(world.inventory->item[i].name, "Acme");
        assert_string_equal(world.inventory->item[i].owner, "o");
        assert_string_equal(world.inventory->item[i].client, "c");
        assert_int_equal(world.inventory->item[i].until, 1796083200);
        assert_int_equal(world.inventory->item[i].required.count, 2);
    }
}

/* The token is known, so its advertisers are expected although nobody can be asked about them. */
static void an_unusable_token_keeps_its_advertisers(void **state)
{
    (void)state;
    make_with("[token bare]\napp = main\n", HEADER "7,n,bare,o\n");
    assert_complaints(&world.complaints, "");
    assert_false(world.config->token[config_find_token(world.config, "bare")].usable);
    assert_string_equal(shown(), "main/7:bare");
}

static void order_is_app_then_length_then_bytes(void **state)
{
    (void)state;
    make(HEADER "10,n,m1,o\n9,n,m1,o\n11,n,m1,o\n2,n,m1,o\n10,n,a1,o\n1,n,a1,o\n02,n,m1,o\n");
    assert_complaints(&world.complaints, "");
    assert_string_equal(shown(), "alt/1:a1 alt/10:a1 main/2:m1 main/9:m1 main/02:m1 main/10:m1 main/11:m1");
}

static void finds(void **state)
{
    bool more = true;
    const struct inventory *inventory = make(HEADER "7,n,m1 a1,o\n8,n,m1,o\n9,n,a1,o\n");
    const struct config *c = world.config;

    (void)state;
    assert_ptr_equal(inventory_find(c, inventory, NULL, "7", &more), &inventory->item[0]);
    assert_true(more);
    assert_ptr_equal(inventory_find(c, inventory, "main", "7", &more), &inventory->item[2]);
    assert_true(more);
    assert_ptr_equal(inventory_find(c, inventory, "alt", "7", NULL), &inventory->item[0]);
    assert_ptr_equal(inventory_find(c, inventory, NULL, "8", &more), &inventory->item[3]);
    assert_false(more);
    assert_ptr_equal(inventory_find(c, inventory, NULL, "9", &more), &inventory->item[1]);
    assert_false(more);
    assert_null(inventory_find(c, inventory, "alt", "8", &more));
    assert_false(more);
    assert_null(inventory_find(c, inventory, "none", "7", &more));
    assert_null(inventory_find(c, inventory, NULL, "10", &more));
    assert_null(inventory_find(c, inventory, NULL, "", &more));
    assert_null(inventory_find(c, make(HEADER), NULL, "7", &more));
    assert_false(more);
}

static void shrinks(void **state)
{
    (void)state;
    assert_false(inventory_shrinks(0, 0));
    assert_false(inventory_shrinks(0, 5));
    assert_false(inventory_shrinks(100, 100));
    assert_false(inventory_shrinks(100, 90));
    assert_true(inventory_shrinks(100, 89));
    assert_false(inventory_shrinks(109, 99));
    assert_true(inventory_shrinks(109, 98));
    assert_false(inventory_shrinks(10, 9));
    assert_true(inventory_shrinks(9, 8));
    assert_true(inventory_shrinks(1, 0));
    assert_true(inventory_shrinks(SIZE_MAX, 0));
    assert_false(inventory_shrinks(SIZE_MAX, SIZE_MAX - 1));
}

/* The inventory as CSV; the caller frees. */
static char *written(void)
{
    struct buf out;

    buf_init(&out, 64 << 20);
    assert_true(inventory_write_csv(world.config, world.inventory, &out));
    return buf_take(&out, NULL);
}

static void writes_csv(void **state)
{
    char *csv;

    (void)state;
    make(FULL_HEADER "8,\"A, \"\"B\"\"\",m1 a1,o,c,2026-11-30,\"/a/,POST /b/\"\n7,n,m2,,,,\n");
    csv = written();
    assert_string_equal(csv, FULL_HEADER "8,\"A, \"\"B\"\"\",a1,o,c,2026-11-30,\"GET /a/, POST /b/\"\n"
                                         "7,n,m2,,,,\n"
                                         "8,\"A, \"\"B\"\"\",m1,o,c,2026-11-30,\"GET /a/, POST /b/\"\n");
    free(csv);
}

/* What is written reads back to the same, and is written the same again. */
static void assert_round_trip(const char *csv)
{
    char *first, *second, *before;

    make(csv);
    first = written();
    before = strdup(shown());
    make(first);
    assert_complaints(&world.complaints, "");
    assert_string_equal(shown(), before);
    second = written();
    assert_string_equal(first, second);
    free(first);
    free(second);
    free(before);
}

static void hostile_names_round_trip(void **state)
{
    static const char *const NAME[] = {
        "plain",
        "a,b",
        "\"\"",
        "\"\"\"\"",
        "a\"\"b",
        " outer ",
        "line\nline",
        "\r\n",
        "#comment",
        "=1+1",
        "-",
        "'",
        "\xf0\x9f\x98\x80 \xe2\x80\xae \xef\xbb\xbf",
        "\x1b[2J\x07",
        "|;`$&<>~",
        "\xe2\x80\xa8",
        ",",
        "\\",
        "\t",
    };
    struct buf csv;

    (void)state;
    buf_init(&csv, 100000);
    buf_str(&csv, FULL_HEADER);
    for (unsigned i = 0; i < TTA_LEN(NAME); i++)
        buf_printf(&csv, "%u,\"%s\",m1,\"%s\",\"%s\",%s,\"%s\"\n", i + 1, NAME[i], NAME[i], NAME[i],
                   i % 2 ? "" : "9999-12-31", i % 3 ? "" : "/a/,/b/");
    assert_round_trip(buf_text(&csv));
    assert_int_equal(world.inventory->count, TTA_LEN(NAME));
    assert_string_equal(world.inventory->item[3].name, "\"\"");
    assert_string_equal(world.inventory->item[6].name, "line line");
    assert_string_equal(world.inventory->item[8].name, "#comment");
    assert_string_equal(world.inventory->item[12].name, "\xf0\x9f\x98\x80 \xe2\x80\xae \xef\xbb\xbf");
    buf_free(&csv);
    assert_round_trip(HEADER "7,n,m1 a1,o\n8,n,a1,o\n");
    assert_round_trip(HEADER);
}

static void writing_needs_room(void **state)
{
    struct buf out;

    (void)state;
    make(HEADER "7,n,m1,o\n");
    buf_init(&out, 40);
    assert_false(inventory_write_csv(world.config, world.inventory, &out));
    buf_free(&out);
}

/* A hundred thousand rows, the last ones first, each fifth twice. Quadratic work would take minutes. */
static void many_rows_cost_little(void **state)
{
    enum { MANY = 100000 };
    struct buf csv;

    (void)state;
    buf_init(&csv, 64 << 20);
    buf_str(&csv, FULL_HEADER);
    for (unsigned i = MANY; i > 0; i--)
        for (unsigned twice = 0; twice < (i % 5 == 0 ? 2 : 1); twice++)
            buf_printf(&csv, "750202239308%07u,Advertiser number %u,m1 m2,team-%u@example.com,Client %u,,\n", i, i,
                       i % 50, i % 500);
    make(buf_text(&csv));
    assert_int_equal(world.inventory->count, MANY);
    assert_int_equal(world.complaints.count, COMPLAINTS_MAX);
    assert_int_equal(world.complaints.count + world.complaints.dropped, MANY / 5);
    for (unsigned i = 1; i <= MANY; i++) {
        char id[24];

        snprintf(id, sizeof(id), "750202239308%07u", i);
        assert_ptr_equal(inventory_find(world.config, world.inventory, NULL, id, NULL),
                         &world.inventory->item[i - 1]);
    }
    buf_free(&csv);
}

static bool build(void *arg)
{
    static const char CSV[] =
        FULL_HEADER "7,n,m1 a1,o,c,,\"/a/,/b/\"\n8,n,m1,o,c,,\n8,n,m1,o,c,,/a/\n9,n,zz,o,c,,\n";
    struct complaints list;
    struct inventory_builder *builder;
    struct inventory *inventory;

    complaints_init(&list);
    builder = inventory_begin(arg, &list);
    if (!builder)
        return false;
    inventory_csv(builder, "a.csv", CSV, sizeof(CSV) - 1);
    inventory = inventory_finish(builder);
    if (inventory) {
        assert_int_equal(inventory->count, 3);
        for (size_t i = 0; i < 3; i++) {
            assert_string_equal(inventory->item[i].name, "n");
            assert_string_equal(inventory->item[i].owner, "o");
            assert_string_equal(inventory->item[i].client, "c");
            assert_int_equal(inventory->item[i].required.count, strcmp(inventory->item[i].id, "7") == 0 ? 2 : 0);
        }
    }
    if (inventory && list.dropped == 0)
        assert_int_equal(list.count, 2);
    inventory_free(inventory);
    complaints_free(&list);
    return inventory != NULL;
}

/* Lenient: a complaint may be lost (and counted), a row may not. */
static void without_memory_it_says_so(void **state)
{
    (void)state;
    make("");
    assert_true(alloc_fail_each_lenient(build, world.config) > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_column),
        cmocka_unit_test(columns_come_in_any_order),
        cmocka_unit_test(header_line_is_needed),
        cmocka_unit_test(odd_columns),
        cmocka_unit_test(rows_of_another_form),
        cmocka_unit_test(ids_that_are_none),
        cmocka_unit_test(tokens_of_a_row),
        cmocka_unit_test(tokens_have_a_limit),
        cmocka_unit_test(faults_that_leave_the_row),
        cmocka_unit_test(names_are_cut_between_characters),
        cmocka_unit_test(names_are_one_line),
        cmocka_unit_test(the_first_of_two_rows_stands),
        cmocka_unit_test(sections_become_advertisers),
        cmocka_unit_test(an_unusable_token_keeps_its_advertisers),
        cmocka_unit_test(order_is_app_then_length_then_bytes),
        cmocka_unit_test(finds),
        cmocka_unit_test(shrinks),
        cmocka_unit_test(writes_csv),
        cmocka_unit_test(hostile_names_round_trip),
        cmocka_unit_test(writing_needs_room),
        cmocka_unit_test(many_rows_cost_little),
        cmocka_unit_test(without_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
