/* Runs one command and writes one line of JSON about it to a file: what the kernel accounts to the command itself.
 *
 *     measure FILE SECONDS COMMAND [ARGUMENT...]
 *
 * A program of its own, because the peak of a child's memory begins at that of the process that forked it: this one is
 * linked statically and holds less than a megabyte. After SECONDS the command and its group are killed.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t child;

static void give_up(int number) {
    (void)number;
    kill(-child, SIGKILL);
}

static double seconds(struct timeval value) { return value.tv_sec + value.tv_usec / 1e6; }

int main(int count, char **words) {
    if (count < 4) return fprintf(stderr, "measure FILE SECONDS COMMAND [ARGUMENT...]\n"), 64;
    FILE *out = fopen(words[1], "w");
    if (!out) return perror(words[1]), 74;
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    child = fork();
    if (child == 0) {
        setpgid(0, 0);
        execvp(words[3], words + 3);
        perror(words[3]);
        _exit(127);
    }
    if (child < 0) return perror("fork"), 71;
    setpgid(child, child);
    signal(SIGALRM, give_up);
    alarm((unsigned)atoi(words[2]));
    int status = 0;
    struct rusage used;
    while (wait4(child, &status, 0, &used) < 0) continue;
    clock_gettime(CLOCK_MONOTONIC, &after);
    kill(-child, SIGKILL);
    fprintf(
        out, "{\"status\": %d, \"wall\": %.6f, \"cpu\": %.6f, \"peak\": %.3f}\n",
        WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
        (after.tv_sec - before.tv_sec) + (after.tv_nsec - before.tv_nsec) / 1e9,
        seconds(used.ru_utime) + seconds(used.ru_stime), used.ru_maxrss / 1024.0);
    return fclose(out) == 0 ? 0 : 74;
}
