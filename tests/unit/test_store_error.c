/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is wrong with a store is said in words, and what was in it stays. */
#include "store_fixture.h"

#include "ext/store_private.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static bool open_without_rights(struct fixture *f, enum store_mode mode)
{
    fixture_drop_rights();
    struct store *store = store_open(f->path, mode, &f->err);
    store_close(store);
    return store != NULL;
}

static bool open_to_write_without_rights(struct fixture *f)
{
    return open_without_rights(f, STORE_WRITE);
}

static bool open_to_read_without_rights(struct fixture *f)
{
    return open_without_rights(f, STORE_READ);
}

static void change_mode(const struct fixture *f, const char *suffix, mode_t mode)
{
    char path[96];
    (void)snprintf(path, sizeof(path), "%s%s", f->path, suffix);
    assert_int_equal(chmod(path, mode), 0);
}

static void a_missing_folder(void **state)
{
    struct fixture *f = *state;
    char path[sizeof(f->path)];
    memcpy(path, f->path, sizeof(path));
    (void)snprintf(f->path, sizeof(f->path), "%.60s/no/state.db", f->folder);
    fixture_refused(f, STORE_WRITE, f->folder, "/no of the store is missing: create it");
    fixture_refused(f, STORE_READ, f->folder, "/no of the store is missing: create it");
    memcpy(f->path, path, sizeof(path));
}

static void a_missing_file_to_read(void **state)
{
    struct fixture *f = *state;
    fixture_refused(f, STORE_READ, f->path, "does not exist yet");
    assert_int_equal(fixture_size(f, ""), -1);
}

static void a_folder_that_we_may_not_write(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(chmod(f->folder, 0555), 0);
    assert_false(fixture_in_child(f, open_to_write_without_rights));
    assert_true(fixture_says(f, "may not write to the folder"));
    assert_true(fixture_says(f, f->folder));
    assert_true(fixture_says(f, "mode 0555): Permission denied"));
    assert_int_equal(chmod(f->folder, 0600), 0);
    assert_false(fixture_in_child(f, open_to_read_without_rights));
    assert_true(fixture_says(f, "may not look into the folder"));
}

static void files_that_we_may_not_write(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(chmod(f->folder, 0777), 0);
    fixture_open(f, STORE_WRITE); /* stays open, so that -wal and -shm stay */
    change_mode(f, "", 0444);
    change_mode(f, "-wal", 0666);
    change_mode(f, "-shm", 0666);
    assert_false(fixture_in_child(f, open_to_write_without_rights));
    assert_true(fixture_says(f, "may not read and write"));
    assert_true(fixture_says(f, "state.db (owner "));
    change_mode(f, "", 0666);
    change_mode(f, "-wal", 0444);
    assert_false(fixture_in_child(f, open_to_write_without_rights));
    assert_true(fixture_says(f, "state.db-wal (owner "));
    change_mode(f, "-wal", 0666);
    change_mode(f, "-shm", 0444);
    assert_false(fixture_in_child(f, open_to_write_without_rights));
    assert_true(fixture_says(f, "state.db-shm (owner "));
    change_mode(f, "-shm", 0666);
    assert_true(fixture_in_child(f, open_to_write_without_rights));
    change_mode(f, "", 0);
    assert_false(fixture_in_child(f, open_to_read_without_rights));
    assert_true(fixture_says(f, "may not read "));
}

static void what_is_no_file(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(symlink("/nowhere", f->path), 0);
    fixture_refused(f, STORE_WRITE, f->path, "is not a regular file");
    fixture_refused(f, STORE_READ, f->path, "is not a regular file");
    assert_int_equal(unlink(f->path), 0);
    assert_int_equal(mkdir(f->path, 0700), 0);
    fixture_refused(f, STORE_WRITE, f->path, "is not a regular file");
    assert_int_equal(rmdir(f->path), 0);
    assert_int_equal(mkfifo(f->path, 0600), 0);
    fixture_refused(f, STORE_READ, f->path, "is not a regular file");
}

static void what_is_no_database(void **state)
{
    struct fixture *f = *state;
    static const char garbage[4096] = "This is no database, and longer than its header.";
    fixture_poke(f, "", 0, garbage, sizeof(garbage));
    fixture_refused(f, STORE_WRITE, f->path, "is damaged (file is not a database): move it");
    fixture_refused(f, STORE_READ, f->path, "history before that is lost");
    assert_int_equal(fixture_size(f, ""), sizeof(garbage));
}

static bool count_grant(void *arg, const struct store_grant *row)
{
    (void)row;
    ++*(int *)arg;
    return true;
}

static void add_grants(struct fixture *f)
{
    enum { COUNT = 2000 };
    static char ids[COUNT][24];
    static struct store_grant grants[COUNT];
    const struct store_token token = {.status = "alive"};
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(ids[i], sizeof(ids[i]), "75020223930%08d", i);
        grants[i] = (struct store_grant){.advertiser_id = ids[i], .status = "covered", .cause = "authorized"};
    }
    const struct store_step step = {
        .app = "main", .token = "t", .row = &token, .grants = grants, .grant_count = COUNT};
    assert_works(f, store_commit_step(f->store, &step, &f->err));
}

static void pages_that_break_later(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    add_grants(f);
    assert_works(f, store_set_value(f->store, "a", "b", &f->err));
    assert_works(f, store_check(f->store, &f->err));
    fixture_close(f);
    char noise[4096];
    memset(noise, 0xa5, sizeof(noise));
    for (off_t at = fixture_size(f, "") / 2; at + (off_t)sizeof(noise) <= fixture_size(f, ""); at += 4096)
        fixture_poke(f, "", at, noise, sizeof(noise));
    fixture_open(f, STORE_WRITE);
    int count = 0;
    assert_false(store_each_grant(f->store, "main", "t", count_grant, &count, &f->err));
    assert_true(fixture_says(f, "is damaged (database disk image is malformed): move it"));
    assert_false(store_check(f->store, &f->err));
    assert_true(fixture_says(f, "is damaged ("));
    assert_null(strchr(f->err.text, '\n'));
    /* What lies elsewhere still works. */
    assert_works(f, store_set_value(f->store, "a", "c", &f->err));
}

static void a_truncated_file(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    add_grants(f);
    fixture_close(f);
    assert_int_equal(truncate(f->path, 4096 + 1000), 0);
    fixture_refused(f, STORE_WRITE, f->path, "is damaged (");
}

static void locked_by_another(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    (void)sqlite3_busy_timeout(f->store->db, 20);
    struct store *other = store_open(f->path, STORE_WRITE, &f->err);
    assert_non_null(other);
    assert_works(f, sql_begin(other, &f->err));
    assert_false(store_set_value(f->store, "a", "b", &f->err));
    assert_true(fixture_says(f, "has been locked by another process for more than 5 s"));
    /* Readers don't wait for a writer. */
    int count = 0;
    assert_works(f, store_each_grant(f->store, "main", "t", count_grant, &count, &f->err));
    assert_works(f, sql_end(other, true, &f->err));
    assert_works(f, store_set_value(f->store, "a", "b", &f->err));
    store_close(other);
}

static char *big_value(void)
{
    enum { BIG = 1000000 };
    char *value = malloc(BIG + 1);
    assert_non_null(value);
    memset(value, 'x', BIG);
    value[BIG] = '\0';
    return value;
}

static void assert_value(struct fixture *f, const char *name, const char *expected)
{
    char *value = NULL;
    assert_works(f, store_get_value(f->store, name, &value, &f->err));
    assert_non_null(value);
    assert_string_equal(value, expected);
    free(value);
}

static void a_full_database(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    assert_works(f, store_set_value(f->store, "a", "before", &f->err));
    assert_int_equal(sqlite3_exec(f->store->db, "PRAGMA max_page_count = 60", NULL, NULL, NULL), SQLITE_OK);
    char *value = big_value();
    assert_false(store_set_value(f->store, "a", value, &f->err));
    assert_true(fixture_says(f, "no room left for"));
    assert_true(fixture_says(f, "nothing of this was recorded"));
    free(value);
    assert_value(f, "a", "before");
    assert_works(f, store_set_value(f->store, "a", "after", &f->err));
    assert_value(f, "a", "after");
    assert_works(f, store_check(f->store, &f->err));
}

/* Commits until the file may not grow, and says by exit and by the value "last" how far it came. */
static bool write_under_a_limit(struct fixture *f)
{
    const struct rlimit limit = {200000, 200000};
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return false;
    struct store *store = store_open(f->path, STORE_WRITE, &f->err);
    if (!store)
        return false;
    char text[2000], number[16] = "none";
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    for (int i = 0; i < 1000; i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "%d", i);
        if (!store_set_value(store, name, text, &f->err))
            break;
        memcpy(number, name, sizeof(number));
    }
    /* Room that is left in the WAL may still take a small one; either way the store lives. */
    char sentence[ERR_TEXT_MAX];
    (void)snprintf(sentence, sizeof(sentence), "%s", f->err.text);
    bool alive = store_check(store, &f->err);
    store_close(store);
    if (alive)
        (void)err_set(&f->err, "%s|%s", number, sentence);
    return alive;
}

static void a_full_disk(void **state)
{
    struct fixture *f = *state;
    assert_works(f, fixture_in_child(f, write_under_a_limit));
    assert_true(fixture_says(f, "no room left for"));
    assert_true(fixture_says(f, strerror(EFBIG)));
    int last = atoi(f->err.text);
    assert_true(last > 5);
    fixture_open(f, STORE_WRITE);
    assert_works(f, store_check(f->store, &f->err));
    for (int i = 0; i <= last; i++) {
        char name[16], *value = NULL;
        (void)snprintf(name, sizeof(name), "%d", i);
        assert_works(f, store_get_value(f->store, name, &value, &f->err));
        assert_non_null(value);
        free(value);
    }
}

static bool open_under_a_limit(struct fixture *f)
{
    const struct rlimit limit = {100, 100};
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return true;
    struct store *store = store_open(f->path, STORE_WRITE, &f->err);
    store_close(store);
    return store != NULL;
}

static void a_disk_that_is_full_from_the_start(void **state)
{
    struct fixture *f = *state;
    assert_false(fixture_in_child(f, open_under_a_limit));
    assert_true(fixture_says(f, "no room left for"));
    fixture_open(f, STORE_WRITE);
    assert_works(f, store_check(f->store, &f->err));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    static const struct CMUnitTest tests[] = {
        TEST(a_missing_folder),
        TEST(a_missing_file_to_read),
        TEST(a_folder_that_we_may_not_write),
        TEST(files_that_we_may_not_write),
        TEST(what_is_no_file),
        TEST(what_is_no_database),
        TEST(pages_that_break_later),
        TEST(a_truncated_file),
        TEST(locked_by_another),
        TEST(a_full_database),
        TEST(a_full_disk),
        TEST(a_disk_that_is_full_from_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
