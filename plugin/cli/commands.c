/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The table of commands. */
#include "cli/command.h"

const struct command *const commands[] = {
    &command_status,   &command_explain,     &command_history, &command_sweep,    &command_doctor,
    &command_message,  &command_reauthorize, &command_retire,  &command_discover, &command_oid,
    &command_generate, &command_refresh,     &command_report,  &command_notify,   &command_serve,
    &command_videos,   &command_forget,
};
const size_t command_count = TTA_LEN(commands);
