/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * check_tiktok_auth, the plugin of monitoring engines. */
#include "check/check.h"

int main(int argc, char **argv)
{
    return check_main(argc, argv);
}
