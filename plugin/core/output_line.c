/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Line 1: pieces that are fitted into OUTPUT_LINE_MAX bytes. The name gives way first, then what is merely good
 * to know; state, id, what happened and who does what stay. */
#include "core/output.h"

#include "base/clock.h"
#include "base/parse.h"
#include "base/text.h"
#include "core/output_words.h"

#include <inttypes.h>
#include <string.h>

enum {
    PIECES_MAX = 16,
    PIECE_BYTES_MAX = 320,
    NAME_LEAST = 10,   /* a name is not cut shorter while something less important can go */
    DETAIL_LEAST = 20, /* nor a message */
    ROOT_ID_MAX = 40
};

/* What goes first when the line is too long. */
enum keep { KEEP, DROP_LAST, DROP_SECOND, DROP_FIRST };

struct piece {
    size_t start, len; /* in the draft */
    size_t least;      /* it can be cut to this many bytes; len: it can't be cut */
    enum keep keep;
};

struct line {
    const struct judgement *j;
    const struct board_root *root; /* what is named in place of the judgement's selection; NULL: that */
    struct buf draft;
    struct piece piece[PIECES_MAX];
    size_t count;
};

/* Ends the piece that was written to the draft since the last one. */
static void end_piece(struct line *line, enum keep keep, size_t least)
{
    size_t start = line->count > 0 ? line->piece[line->count - 1].start + line->piece[line->count - 1].len : 0;
    size_t len = buf_len(&line->draft) - start;

    if (len > 0 && line->count < PIECES_MAX)
        line->piece[line->count++] = (struct piece){start, len, least < len ? least : len, keep};
}

static void put(struct line *line, enum keep keep, const char *text)
{
    buf_str(&line->draft, text);
    end_piece(line, keep, SIZE_MAX);
}

/* A part that others wrote. */
static void put_remote(struct line *line, enum keep keep, const char *text, size_t least)
{
    text_engine(&line->draft, text, strlen(text), PIECE_BYTES_MAX);
    end_piece(line, keep, least);
}

static void put_time(struct line *line, enum keep keep, const char *before, int64_t t)
{
    char text[CLOCK_TEXT_MAX];

    if (t == 0)
        return;
    buf_printf(&line->draft, "%s%s", before, clock_short(t, line->j->now, text));
    end_piece(line, keep, SIZE_MAX);
}

static void put_code(struct line *line)
{
    const struct verdict *v = &line->j->verdict;

    if (v->has_code)
        buf_printf(&line->draft, " [%" PRId64 "]", v->code);
    end_piece(line, DROP_LAST, SIZE_MAX);
}

/* "(TikTok 50002 since)": why nothing was verified lately. */
static void put_fault(struct line *line, enum keep keep, const char *end)
{
    if (!output_has_fault(&line->j->fault))
        return;
    buf_str(&line->draft, " (");
    output_fault_words(&line->j->fault, &line->draft);
    buf_str(&line->draft, end);
    end_piece(line, keep, SIZE_MAX);
}

static void put_fix(struct line *line, const char *fix)
{
    buf_str(&line->draft, " - ");
    text_engine(&line->draft, fix, strlen(fix), PIECE_BYTES_MAX);
    end_piece(line, KEEP, SIZE_MAX);
}

/* Why nothing is judged, of each path only the file's name: the long text has the whole. */
static void put_refusal(struct line *line)
{
    const char *at = line->j->refusal;
    struct buf brief;

    buf_init(&brief, sizeof(line->j->refusal));
    while (*at) {
        size_t len = strcspn(at, " (");
        const char *slash = *at == '/' ? memrchr(at, '/', len) : NULL;
        size_t folder = slash && slash + 1 < at + len ? (size_t)(slash + 1 - at) : 0;

        buf_add(&brief, at + folder, len - folder);
        at += len;
        if (*at)
            buf_char(&brief, *at++);
    }
    put_remote(line, KEEP, buf_text(&brief), DETAIL_LEAST);
    buf_free(&brief);
    put_fix(line, line->j->fix_short);
}

static void put_advertiser(struct line *line)
{
    const struct judgement *j = line->j;

    if (j->name[0])
        put_remote(line, KEEP, j->name, NAME_LEAST);
    buf_str(&line->draft, j->name[0] ? " (" : "advertiser ");
    text_engine(&line->draft, j->selection.id, strlen(j->selection.id), ADVERTISER_ID_MAX);
    buf_str(&line->draft, j->name[0] ? "): " : ": ");
    end_piece(line, KEEP, SIZE_MAX);
}

static void put_subject(struct line *line)
{
    if (line->root) {
        output_root_words(line->root->kind, line->root->id, ROOT_ID_MAX, &line->draft);
        put(line, KEEP, ": ");
        return;
    }
    switch (line->j->selection.kind) {
    case SELECT_ADVERTISER:
        put_advertiser(line);
        break;
    case SELECT_TOKEN:
    case SELECT_APP:
        output_root_words(line->j->selection.kind == SELECT_TOKEN ? SCOPE_TOKEN : SCOPE_APP, line->j->name,
                          SECTION_NAME_MAX, &line->draft);
        put(line, KEEP, ": ");
        break;
    case SELECT_API:
        put(line, KEEP, "TikTok API: ");
        break;
    case SELECT_ALL:
        break;
    }
}

/* How many advertisers stand behind a token or an app. */
static void put_members(struct line *line)
{
    const struct judgement *j = line->j;

    if (line->root) {
        buf_str(&line->draft, ", ");
        output_advertisers(line->root->members, &line->draft);
        end_piece(line, DROP_SECOND, SIZE_MAX);
    }
    if (!j->has_counts)
        return;
    buf_str(&line->draft, ", ");
    if (j->counts.unauthorized > 0 && j->verdict.state == STATE_OK) {
        buf_printf(&line->draft, "%" PRIu32 " of ", j->counts.unauthorized);
        output_advertisers(j->total, &line->draft);
        buf_str(&line->draft, " unauthorized");
    } else
        output_lost_advertisers(&j->counts, &line->draft);
    end_piece(line, j->state != STATE_OK && j->verdict.state == STATE_OK ? KEEP : DROP_SECOND, SIZE_MAX);
}

static void put_authorized(struct line *line)
{
    const struct judgement *j = line->j;
    bool own = j->selection.kind != SELECT_ADVERTISER;
    int64_t seen = j->verdict.last_ok ? j->verdict.last_ok : j->verdict.verified_at;

    if (j->held) {
        put(line, KEEP, "missing from the list");
        put_time(line, DROP_LAST, " since ", j->held_since);
        put(line, KEEP, ", not confirmed yet");
        return;
    }
    put(line, KEEP, own ? "working" : "authorized");
    put_time(line, DROP_LAST, j->selection.kind == SELECT_API ? ", last answer " : ", last seen ", seen);
    put_fault(line, DROP_SECOND, " since)");
    put_members(line);
    if (j->selection.kind == SELECT_API && j->complaint_count > 0) {
        buf_printf(&line->draft, ", %u fault%s in the configuration", j->complaint_count,
                   j->complaint_count == 1 ? "" : "s");
        end_piece(line, DROP_LAST, SIZE_MAX);
    }
    if (j->state != STATE_OK)
        put_fix(line, own && j->selection.kind != SELECT_API ? "see its advertisers" : "run tiktok-auth doctor");
}

static void put_unverified(struct line *line)
{
    const struct judgement *j = line->j;

    if (j->age_s < 0)
        put(line, KEEP, "never verified");
    else {
        put(line, KEEP, j->selection.kind == SELECT_API ? "nothing verified" : "not verified");
        put_time(line, DROP_SECOND, " since ", j->verdict.verified_at);
    }
    put_fault(line, DROP_LAST, ")");
    put_fix(line, j->fix_short);
}

/* Something is lost, or was never known because of a fault: what, since when, the code, who does what. */
static void put_lost(struct line *line)
{
    const struct judgement *j = line->j;
    const struct verdict *v = &j->verdict;
    bool never_known = j->age_s < 0 && cause_info(v->cause)->keeps;

    put(line, KEEP, output_lost_words(v->cause, j->selection.kind != SELECT_ADVERTISER));
    if (v->endpoint[0] && (!line->root || line->root->kind != SCOPE_ENDPOINT)) {
        buf_str(&line->draft, " for ");
        put_remote(line, DROP_FIRST, v->endpoint, SIZE_MAX);
    }
    if (!never_known)
        put_time(line, DROP_SECOND, " ", line->root ? line->root->since : v->since);
    put_code(line);
    if (never_known && v->message[0]) {
        buf_str(&line->draft, ": ");
        put_remote(line, DROP_FIRST, v->message, DETAIL_LEAST);
    }
    put_members(line);
    if (v->cause != CAUSE_RETIRED)
        put_fix(line, j->fix_short);
}

static void put_one(struct line *line)
{
    enum cause cause = line->j->verdict.cause;

    put_subject(line);
    if (cause == CAUSE_AUTHORIZED)
        put_authorized(line);
    else if (cause == CAUSE_NOT_VERIFIED)
        put_unverified(line);
    else
        put_lost(line);
}

static void put_count(struct line *line, uint32_t count, const char *word)
{
    if (count > 0)
        buf_printf(&line->draft, ", %" PRIu32 " %s", count, word);
    end_piece(line, DROP_SECOND, SIZE_MAX);
}

/* The root cause that explains most, and how many more there are. */
static void put_worst_root(struct line *line)
{
    const struct judgement *j = line->j;
    uint32_t roots = snapshot_board(j->snapshot)->root_count;

    buf_str(&line->draft, ", ");
    output_root_words(j->verdict.root_kind, j->verdict.root_id, ROOT_ID_MAX, &line->draft);
    buf_printf(&line->draft, ": %s",
               output_lost_words(j->verdict.cause, j->verdict.root_kind != SCOPE_ADVERTISER));
    end_piece(line, DROP_LAST, SIZE_MAX);
    put_code(line);
    if (roots > 1)
        buf_printf(&line->draft, " and %" PRIu32 " more cause%s", roots - 1, roots == 2 ? "" : "s");
    end_piece(line, DROP_FIRST, SIZE_MAX);
}

static void put_all(struct line *line)
{
    const struct judgement *j = line->j;
    const struct counts *c = &j->counts;
    bool unverified = j->verdict.cause == CAUSE_NOT_VERIFIED;

    if (j->state == STATE_OK && c->unauthorized == 0 && !unverified) {
        output_advertisers(j->total, &line->draft);
        put(line, KEEP, " authorized");
        put_time(line, DROP_LAST, ", last seen ", j->verdict.verified_at);
        put_fault(line, DROP_SECOND, " since)");
        return;
    }
    if (unverified && c->unauthorized == 0) {
        buf_printf(&line->draft, "%" PRIu32 " of ", j->stale);
        output_advertisers(j->total, &line->draft);
        put(line, KEEP, j->never == j->stale ? " never verified" : " not verified");
        if (j->age_s >= 0)
            put_time(line, DROP_SECOND, " since ", j->verdict.verified_at);
        put_fault(line, DROP_LAST, ")");
        put_fix(line, j->fix_short);
        return;
    }
    buf_printf(&line->draft, "%" PRIu32 " of ", c->unauthorized);
    output_advertisers(j->total, &line->draft);
    put(line, KEEP, " unauthorized");
    put_count(line, c->state[STATE_WARNING], "warning");
    put_count(line, c->state[STATE_UNKNOWN], "unknown");
    if (j->state == STATE_OK) {
        put(line, DROP_LAST, ", within the thresholds");
        return;
    }
    if (!unverified)
        put_worst_root(line);
    put_fix(line, j->verdict.cause == CAUSE_AUTHORIZED ? "see the long output" : j->fix_short);
}

static size_t length_without(const struct line *line, enum keep dropped, bool cut)
{
    size_t length = 0;

    for (size_t i = 0; i < line->count; i++)
        if (line->piece[i].keep < dropped)
            length += cut ? line->piece[i].least : line->piece[i].len;
    return length;
}

/* Appends a piece in `room` bytes. */
static void add_piece(const struct line *line, const struct piece *piece, size_t room, struct buf *out)
{
    const char *text = buf_text(&line->draft) + piece->start;

    if (room >= piece->len)
        buf_add(out, text, piece->len);
    else
        text_engine(out, text, piece->len, room);
}

/* Writes the pieces so that they fit: from `dropped` on they are left out, and the others give way in turn. */
static void fit(const struct line *line, struct buf *out)
{
    enum keep dropped = DROP_FIRST + 1;
    size_t length, over, start = buf_len(out);

    while (dropped > DROP_LAST && length_without(line, dropped, true) > OUTPUT_LINE_MAX)
        dropped--;
    length = length_without(line, dropped, false);
    over = length > OUTPUT_LINE_MAX ? length - OUTPUT_LINE_MAX : 0;
    for (size_t i = 0; i < line->count; i++) {
        const struct piece *piece = &line->piece[i];
        size_t give = piece->len - piece->least < over ? piece->len - piece->least : over;

        if (piece->keep >= dropped)
            continue;
        add_piece(line, piece, piece->len - give, out);
        over -= give;
    }
    /* Our own texts fit, whatever is remote; this is for a catalog that breaks its bounds. */
    if (buf_len(out) > start + OUTPUT_LINE_MAX)
        buf_cut(out, start + OUTPUT_LINE_MAX);
}

static void begin_line(struct line *line, enum state state)
{
    buf_init(&line->draft, (size_t)PIECES_MAX * PIECE_BYTES_MAX);
    buf_printf(&line->draft, "TIKTOK AUTH %s - ", state_upper_name(state));
    end_piece(line, KEEP, SIZE_MAX);
}

static bool end_line(struct line *line, struct buf *out)
{
    if (!buf_ok(&line->draft))
        buf_fail(out);
    fit(line, out);
    buf_free(&line->draft);
    return buf_ok(out);
}

bool output_line(const struct judgement *judgement, struct buf *out)
{
    struct line line = {.j = judgement};

    begin_line(&line, judgement->state);
    if (judgement->refusal[0])
        put_refusal(&line);
    else if (judgement->selection.kind == SELECT_ALL)
        put_all(&line);
    else
        put_one(&line);
    return end_line(&line, out);
}

bool output_root_line(const struct judgement *member, const struct board_root *root, struct buf *out)
{
    struct line line = {.j = member, .root = root};

    begin_line(&line, root->state);
    put_subject(&line);
    put_lost(&line);
    return end_line(&line, out);
}

bool output_quiet_line(enum scope kind, const char *id, bool stale, enum state state, int64_t verified_at,
                       int64_t now, struct buf *out)
{
    const struct judgement judgement = {.now = now};
    const struct board_root root = {.kind = kind, .id = id};
    struct line line = {.j = &judgement, .root = &root};

    begin_line(&line, state);
    put_subject(&line);
    put(&line, KEEP, !stale ? "no shared cause of loss now" : verified_at ? "not verified" : "never verified");
    if (stale)
        put_time(&line, DROP_SECOND, " since ", verified_at);
    if (stale)
        put_fix(&line, cause_fix_short(CAUSE_NOT_VERIFIED, GRANTED_BY_CLIENT));
    return end_line(&line, out);
}
