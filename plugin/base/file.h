/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Whole files: read with a limit, replaced by rename, compared by their stat. */
#ifndef TTA_BASE_FILE_H
#define TTA_BASE_FILE_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What tells one version of a file from another without opening it. Zeroed: no such file, or not to be seen. */
struct file_stamp {
    uint64_t inode;
    int64_t size;
    int64_t mtime_ns;
};

/* Appends the regular file's bytes to `out`; over the buffer's limit, missing or unreadable: false and *err,
 * naming the path; `out` then holds what it held before, or has failed where memory ran out. */
bool file_read(const char *path, struct buf *out, struct err *err) TTA_MUST_CHECK;
/* Replaces `path` whole: written beside it, fsynced, renamed over it, the folder fsynced. An existing file keeps
 * owner, group and mode as far as we may set them (a group that we may not set loses its rights); a new one gets
 * exactly `mode`. A symbolic link or other non-file at `path` is refused. After a failure the old file stands
 * untouched and no temporary is left. */
bool file_replace(const char *path, const void *bytes, size_t len, mode_t mode, struct err *err) TTA_MUST_CHECK;

/* The same in two steps, for what can be had only once: the room is there, and so are all rights, before it is
 * fetched. */
struct file_room;

/* Writes and fsyncs `room` bytes of nothing beside `path`; refuses what file_replace refuses. NULL with *err. */
struct file_room *file_room_take(const char *path, size_t room, mode_t mode, struct err *err) TTA_MUST_CHECK;
/* Makes these bytes, no more than the room, the file. Once; the room is to be freed either way. */
bool file_room_fill(struct file_room *room, const void *bytes, size_t len, struct err *err) TTA_MUST_CHECK;
/* Gives back what was not filled; NULL is fine. */
void file_room_free(struct file_room *room);

/* False (and zeroed) when the file is missing or can't be seen; *missing, where given, tells ENOENT from the rest.
 */
bool file_stamp_of(const char *path, struct file_stamp *stamp, bool *missing);
enum { FILE_STAMP_TEXT_MAX = 80 };
/* The stamp as text, "" for no such file; writes into `out` (FILE_STAMP_TEXT_MAX bytes) and returns it. */
const char *file_stamp_text(const char *path, char *out);
bool file_stamp_equal(const struct file_stamp *a, const struct file_stamp *b);
/* Maps a regular file of at most `limit` bytes read-only; NULL with *err. file_unmap releases it. The trap of
 * mmap: a file that is cut in place kills its reader (SIGBUS), so map only files that are replaced by rename. */
const void *file_map(const char *path, size_t limit, size_t *len, struct err *err) TTA_MUST_CHECK;
void file_unmap(const void *bytes, size_t len);
/* "dir/name" for a path as another file's `relative_to` names it: absolute stays, relative is taken from that
 * file's folder. NULL out of memory; the caller frees. */
char *file_path_beside(const char *relative_to, const char *path) TTA_MUST_CHECK;

#endif
