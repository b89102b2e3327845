/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * explain: what a code or a cause means and what to do about it. */
#include "base/parse.h"
#include "cli/command.h"
#include "cli/lines.h"
#include "probe/probe.h"

#include <inttypes.h>
#include <string.h>

static const struct option_row OPTION[] = {
    {"all", NULL, "a table of all codes and all causes (so it is without a word, too)"},
    {"json", NULL, "JSON instead of text"},
    {NULL, NULL, NULL},
};

static bool write_one(const char *word, bool json, bool *known, struct buf *out)
{
    enum cause cause;
    int64_t code = 0;

    *known = true;
    if (parse_i64(word, INT32_MIN, INT64_C(999999999999), &code))
        return json ? explain_code_json(out, code) : explain_code(out, code);
    *known = cause_from_name(word, &cause);
    if (!*known)
        return true;
    return json ? explain_cause_json(out, cause) : explain_cause(out, cause);
}

static int run(const struct call *call)
{
    bool json = call_has(call, "json"), known = true;
    struct buf out;

    if (call_has(call, "all") && call->word_count > 0)
        return call_misused(call, "--all and '%s': one or the other", call->word[0]);
    buf_init(&out, LINES_OUTPUT_MAX);
    if (call->word_count == 0)
        (void)(json ? explain_all_json(&out) : explain_all(&out)); /* lines_print sees a failed buffer */
    else
        (void)write_one(call->word[0], json, &known, &out); /* as above */
    if (!known) {
        buf_free(&out);
        return call_misused(call, "'%s' is neither a code nor a cause; 'tiktok-auth explain' lists both",
                            call->word[0]);
    }
    if (buf_ok(&out) && buf_len(&out) > 0 && buf_text(&out)[buf_len(&out) - 1] != '\n')
        buf_char(&out, '\n');
    return lines_print(&out) ? COMMAND_DONE : COMMAND_FAILED;
}

const struct command command_explain = {
    .name = "explain",
    .summary = "What a code or a cause means, and what to do about it.",
    .words = "[CODE|CAUSE]",
    .words_max = 1,
    .options = OPTION,
    .run = run,
};
