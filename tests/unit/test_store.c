/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The store as a file: its mode, its readers, and what survives the death of a process. */
#include "store_fixture.h"

#include "ext/store_private.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void set_value(struct fixture *f, const char *name, const char *value)
{
    assert_works(f, store_set_value(f->store, name, value, &f->err));
}

static void assert_value(struct fixture *f, const char *name, const char *expected)
{
    char *value = NULL;
    assert_works(f, store_get_value(f->store, name, &value, &f->err));
    assert_non_null(value);
    assert_string_equal(value, expected);
    free(value);
}

static mode_t mode_of(const struct fixture *f, const char *suffix)
{
    char path[96];
    struct stat info;
    (void)snprintf(path, sizeof(path), "%s%s", f->path, suffix);
    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 07777;
}

static void the_group_may_write_whatever_the_umask(void **state)
{
    struct fixture *f = *state;
    mode_t old = umask(077);
    fixture_open(f, STORE_WRITE);
    (void)umask(old);
    set_value(f, "a", "b");
    assert_int_equal(mode_of(f, ""), 0660);
    assert_int_equal(mode_of(f, "-wal"), 0660);
    assert_int_equal(mode_of(f, "-shm"), 0660);
}

static void the_mode_of_an_existing_file_stays(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    fixture_close(f);
    assert_int_equal(chmod(f->path, 0600), 0);
    fixture_open(f, STORE_WRITE);
    assert_int_equal(mode_of(f, ""), 0600);
}

static void root_gives_files_to_the_owner(void **state)
{
    enum { OWNER = 65534 };
    struct fixture *f = *state;
    char wal[96];
    struct stat info;
    if (geteuid() != 0)
        skip();
    (void)snprintf(wal, sizeof(wal), "%s-wal", f->path);
    fixture_open(f, STORE_WRITE);
    fixture_close(f);
    assert_int_equal(chown(f->path, OWNER, OWNER), 0);
    fixture_open(f, STORE_WRITE);
    set_value(f, "a", "b");
    assert_int_equal(stat(wal, &info), 0);
    assert_int_equal(info.st_uid, OWNER);
    assert_int_equal(info.st_gid, OWNER);
}

static void the_settings_are_in_force(void **state)
{
    static const struct {
        const char *text;
        int value;
    } settings[] = {
        {"PRAGMA synchronous", 2}, /* FULL */
        {"PRAGMA busy_timeout", 5000}, {"PRAGMA temp_store", 2},
        {"PRAGMA cell_size_check", 1}, {"PRAGMA journal_size_limit", 4194304},
        {"PRAGMA mmap_size", 0},
    };
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    for (size_t i = 0; i < TTA_LEN(settings); i++) {
        struct sql sql = sql_start(f->store, settings[i].text);
        assert_true(sql_next(&sql));
        assert_int_equal(sqlite3_column_int(sql.statement, 0), settings[i].value);
        assert_works(f, sql_done(&sql, &f->err));
    }
}

static void code_in_the_file_does_not_run(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    assert_int_equal(
        sqlite3_exec(f->store->db,
                     "CREATE TRIGGER t AFTER INSERT ON named_values BEGIN DELETE FROM named_values; END;"
                     "ALTER TABLE retired RENAME TO r; CREATE VIEW retired AS SELECT * FROM r",
                     NULL, NULL, NULL),
        SQLITE_OK);
    fixture_open(f, STORE_WRITE);
    set_value(f, "a", "b");
    assert_value(f, "a", "b");
    assert_false(store_each_retired(f->store, NULL, NULL, &f->err));
    assert_true(fixture_says(f, "retired"));
}

static void closing_nothing(void **state)
{
    (void)state;
    store_close(NULL);
}

static void a_sound_store_is_said_sound(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    assert_works(f, store_check(f->store, &f->err));
    fixture_open(f, STORE_READ);
    assert_works(f, store_check(f->store, &f->err));
}

static void a_reader_sees_each_commit(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    set_value(f, "a", "1");
    struct store *writer = f->store;
    f->store = NULL;
    fixture_open(f, STORE_READ);
    assert_value(f, "a", "1");
    assert_works(f, store_set_value(writer, "a", "2", &f->err));
    assert_value(f, "a", "2");
    store_close(writer);
}

/* --- a folder where the reader may write nothing ------------------------------------------------------------- */
static bool read_without_rights(struct fixture *f)
{
    fixture_drop_rights();
    struct store *store = store_open(f->path, STORE_READ, &f->err);
    char *value = NULL;
    bool ok = store && store_check(store, &f->err) && store_get_value(store, "a", &value, &f->err);
    if (ok)
        (void)err_set(&f->err, "%s %s", store->immutable ? "immutable" : "locked", value ? value : "nothing");
    free(value);
    store_close(store);
    return ok;
}

/* Nobody reads what root wrote; when we aren't root, the owner reads in a folder that even he may not write to. */
static void close_the_folder(struct fixture *f)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < TTA_LEN(suffixes); i++) {
        char path[96];
        (void)snprintf(path, sizeof(path), "%s%s", f->path, suffixes[i]);
        if (fixture_size(f, suffixes[i]) >= 0)
            assert_int_equal(chmod(path, 0444), 0);
    }
    assert_int_equal(chmod(f->folder, 0555), 0);
}

static void a_reader_needs_no_files_beside_it(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    set_value(f, "a", "1");
    fixture_close(f);
    assert_int_equal(fixture_size(f, "-wal"), -1);
    close_the_folder(f);
    assert_works(f, fixture_in_child(f, read_without_rights));
    assert_string_equal(f->err.text, "immutable 1");
    assert_int_equal(fixture_size(f, "-shm"), -1);
}

static void a_reader_beside_a_writer(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    set_value(f, "a", "1");
    assert_true(fixture_size(f, "-wal") > 0);
    close_the_folder(f);
    assert_works(f, fixture_in_child(f, read_without_rights));
    assert_string_equal(f->err.text, "locked 1");
    set_value(f, "a", "2");
    assert_works(f, fixture_in_child(f, read_without_rights));
    assert_string_equal(f->err.text, "locked 2");
}

static bool leave_a_wal(struct fixture *f)
{
    f->store = store_open(f->path, STORE_WRITE, &f->err);
    if (!f->store || !store_set_value(f->store, "a", "1", &f->err))
        return false;
    f->err.text[0] = '\0';
    return true; /* not closed */
}

static void a_reader_after_a_crash(void **state)
{
    struct fixture *f = *state;
    char shm[96];
    (void)snprintf(shm, sizeof(shm), "%s-shm", f->path);
    assert_works(f, fixture_in_child(f, leave_a_wal));
    assert_true(fixture_size(f, "-wal") > 0);
    close_the_folder(f);
    assert_works(f, fixture_in_child(f, read_without_rights));
    assert_string_equal(f->err.text, "locked 1");
    /* Without its index the -wal can't be read; without the -wal the file would be old. */
    assert_int_equal(chmod(f->folder, 0700), 0);
    assert_int_equal(unlink(shm), 0);
    close_the_folder(f);
    assert_false(fixture_in_child(f, read_without_rights));
    assert_true(fixture_says(f, "has changes in its -wal file"));
}

/* Waits for a byte, then writes as the folder's owner, and says so by a byte. */
static void write_when_told(const struct fixture *f, int told, int done)
{
    char byte, value[10000];
    memset(value, 'y', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    bool ok = read(told, &byte, 1) == 1 && chmod(f->path, 0660) == 0 && chmod(f->folder, 0770) == 0;
    struct store *store = ok ? store_open(f->path, STORE_WRITE, NULL) : NULL;
    ok = store && store_set_value(store, "a", value, NULL) && write(done, "", 1) == 1;
    store_close(store);
    _exit(ok ? 0 : 1);
}

static bool read_what_changes(struct fixture *f)
{
    int told[2], done[2];
    char byte;
    if (pipe(told) != 0 || pipe(done) != 0)
        return false;
    pid_t writer = fork();
    (void)close(told[writer == 0]); /* so that each sees the other's end */
    (void)close(done[writer != 0]);
    if (writer == 0)
        write_when_told(f, told[0], done[1]);
    fixture_drop_rights();
    struct store *store = store_open(f->path, STORE_READ, &f->err);
    bool ok = store && store->immutable && write(told[1], "", 1) == 1 && read(done[0], &byte, 1) == 1 &&
              !store_damaged(store, "whatever SQLite may say", &f->err);
    store_close(store);
    int status;
    (void)close(told[1]);
    return waitpid(writer, &status, 0) == writer && status == 0 && ok;
}

static void a_file_that_changes_while_read_without_locks(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    set_value(f, "a", "1");
    fixture_close(f);
    close_the_folder(f);
    assert_works(f, fixture_in_child(f, read_what_changes));
    assert_true(fixture_says(f, "was changed while it was read: try again"));
}

static void a_path_that_needs_escaping(void **state)
{
    struct fixture *f = *state;
    char path[sizeof(f->path)];
    memcpy(path, f->path, sizeof(path));
    (void)snprintf(f->path, sizeof(f->path), "%.50s/a b?c=%%41#&", f->folder);
    fixture_open(f, STORE_WRITE);
    set_value(f, "a", "1");
    fixture_close(f);
    close_the_folder(f);
    assert_works(f, fixture_in_child(f, read_without_rights));
    assert_string_equal(f->err.text, "immutable 1");
    memcpy(f->path, path, sizeof(path));
}

/* --- many processes, and the death of one -------------------------------------------------------------------- */
static void processes_that_open_a_new_store_at_once(void **state)
{
    enum { PROCESSES = 16, ROUNDS = 5 };
    struct fixture *f = *state;
    int start[2];
    assert_int_equal(pipe(start), 0);
    pid_t children[PROCESSES];
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] != 0)
            continue;
        char byte;
        (void)close(start[1]);
        bool ok = read(start[0], &byte, 1) == 0; /* until the parent closes it */
        for (int round = 0; ok && round < ROUNDS; round++) {
            struct store *store = store_open(f->path, STORE_WRITE, &f->err);
            ok = store && store_set_value(store, "a", "b", &f->err);
            store_close(store);
        }
        if (!ok)
            print_error("%s\n", f->err.text);
        _exit(ok ? 0 : 1);
    }
    assert_int_equal(close(start[0]), 0);
    assert_int_equal(close(start[1]), 0);
    for (int i = 0; i < PROCESSES; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
}

/* Holds a read lock on the new, empty file for a moment: it may not become a WAL database meanwhile. */
static void hold_an_empty_file(const struct fixture *f, int locked)
{
    sqlite3 *db = NULL;
    bool ok = sqlite3_open(f->path, &db) == SQLITE_OK &&
              sqlite3_exec(db, "BEGIN; SELECT * FROM sqlite_master", NULL, NULL, NULL) == SQLITE_OK &&
              write(locked, "", 1) == 1;
    (void)sqlite3_sleep(100);
    (void)sqlite3_close(db);
    _exit(ok ? 0 : 1);
}

static void a_new_store_waits_for_a_reader(void **state)
{
    struct fixture *f = *state;
    int locked[2], status;
    char byte;
    fixture_poke(f, "", 0, "", 0);
    assert_int_equal(pipe(locked), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        hold_an_empty_file(f, locked[1]);
    assert_int_equal(close(locked[1]), 0);
    assert_int_equal(read(locked[0], &byte, 1), 1);
    assert_int_equal(close(locked[0]), 0);
    fixture_open(f, STORE_WRITE);
    set_value(f, "a", "b");
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static bool event_number(void *arg, const struct store_event *row)
{
    int64_t *next = arg;
    /* Newest first, none left out, and each with its verdict's number. */
    if (*next >= 0 && row->at != *next)
        return false;
    *next = row->at - 1;
    return true;
}

static bool verdict_number(void *arg, const struct store_verdict *row)
{
    *(int64_t *)arg = row->since;
    return true;
}

/* Commits a verdict with its event per number and acknowledges each; never returns. */
static void commit_for_ever(const struct fixture *f, int64_t from, int acks)
{
    struct store *store = store_open(f->path, STORE_WRITE, NULL);
    char message[3000];
    memset(message, 'm', sizeof(message) - 1);
    message[sizeof(message) - 1] = '\0';
    for (int64_t i = from; store; i++) {
        const struct store_verdict verdict = {.kind = "api", .state = "ok", .since = i};
        const struct store_event event = {.at = i, .kind = "api", .message = message};
        if (!store_commit_verdicts(store, &verdict, 1, &event, 1, NULL) ||
            write(acks, &i, sizeof(i)) != (ssize_t)sizeof(i))
            break;
    }
    _exit(1);
}

static void a_kill_at_any_moment_loses_nothing(void **state)
{
    enum { ROUNDS = 30 };
    struct fixture *f = *state;
    int64_t last = 0;
    for (int round = 0; round < ROUNDS; round++) {
        int acks[2];
        assert_int_equal(pipe(acks), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            commit_for_ever(f, last + 1, acks[1]);
        assert_int_equal(close(acks[1]), 0);
        /* Killed after so many acknowledgements, somewhere in the next commit. */
        int64_t number = 0;
        for (int seen = 0; seen <= round % 7 * 5; seen++)
            assert_int_equal(read(acks[0], &number, sizeof(number)), sizeof(number));
        for (volatile int spin = 0; spin < round * 10000; spin++) {
        }
        assert_int_equal(kill(child, SIGKILL), 0);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        while (read(acks[0], &number, sizeof(number)) == (ssize_t)sizeof(number))
            continue;
        assert_int_equal(close(acks[0]), 0);

        fixture_open(f, STORE_WRITE);
        assert_works(f, store_check(f->store, &f->err));
        last = -1;
        assert_works(f, store_each_verdict(f->store, verdict_number, &last, &f->err));
        assert_true(last == number || last == number + 1); /* committed, not yet acknowledged */
        int64_t next = last;
        assert_works(f, store_history(f->store, "api", "", "", SIZE_MAX, event_number, &next, &f->err));
        assert_int_equal(next, 0);
        fixture_close(f);
    }
    assert_true(last >= ROUNDS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    static const struct CMUnitTest tests[] = {
        TEST(the_group_may_write_whatever_the_umask),
        TEST(the_mode_of_an_existing_file_stays),
        TEST(root_gives_files_to_the_owner),
        TEST(the_settings_are_in_force),
        TEST(code_in_the_file_does_not_run),
        TEST(closing_nothing),
        TEST(a_sound_store_is_said_sound),
        TEST(a_reader_sees_each_commit),
        TEST(a_reader_needs_no_files_beside_it),
        TEST(a_reader_beside_a_writer),
        TEST(a_reader_after_a_crash),
        TEST(a_file_that_changes_while_read_without_locks),
        TEST(a_path_that_needs_escaping),
        TEST(processes_that_open_a_new_store_at_once),
        TEST(a_new_store_waits_for_a_reader),
        TEST(a_kill_at_any_moment_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
