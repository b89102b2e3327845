/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Stands in for libFuzzer: runs the fuzz target over each file of the folders named in argv. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "re");
    struct stat st;
    uint8_t *data;
    size_t size;

    if (!file || stat(path, &st) != 0) {
        perror(path);
        exit(1);
    }
    if (!S_ISREG(st.st_mode)) {
        fclose(file);
        return 0;
    }
    size = (size_t)st.st_size;
    data = malloc(size > 0 ? size : 1); /* exactly the input: reading past it is seen by the sanitizer */
    if (!data || fread(data, 1, size, file) != size) {
        fprintf(stderr, "%s: cannot be read\n", path);
        exit(1);
    }
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 1;
}

static int replay_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    int inputs = 0;

    if (!dir) {
        perror(folder);
        exit(1);
    }
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[4096];

        if (entry->d_name[0] == '.')
            continue;
        if (snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) >= (int)sizeof(path)) {
            fprintf(stderr, "%s: path too long\n", folder);
            exit(1);
        }
        inputs += replay_file(path);
    }
    closedir(dir);
    return inputs;
}

int main(int argc, char **argv)
{
    int inputs = 0;

    for (int i = 1; i < argc; i++)
        if (argv[i][0] != '-') /* an option of libFuzzer's */
            inputs += replay_folder(argv[i]);
    printf("%d inputs replayed\n", inputs);
    return inputs > 0 ? 0 : 1;
}
