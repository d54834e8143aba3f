/* The least that any program has to do that asks a server for many small things through libcurl: no language, no state,
 * nothing understood. Everything that watcher costs above this is watcher's own.
 *
 *     floor [-u] [-a DIRECTORY | -b FILE] [-t FILE] URLS
 *
 *   URLS           a file with one URL a line; all are fetched, 100 at a time over one HTTP/2 connection
 *   -t FILE        ETags, one a line, in the order of the URLS: sent when the file is there, written when they changed
 *   -u             let libcurl unpack the bodies
 *   -a DIRECTORY   the authorities that are believed, as `openssl rehash` makes them
 *   -b FILE        the same as one file, which is read whole
 */
#define _GNU_SOURCE
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { in_flight = 100, lull_ms = 5 };

struct lines {
    char **item;
    int count;
};

struct slot {
    CURL *easy;
    struct curl_slist *headers;
    int index;
};

static struct lines urls, tags;
static int changed;

/* The lines of a file, without their ends; none when there is no such file. */
static struct lines read_lines(const char *path) {
    struct lines found = {NULL, 0};
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    if (!file) return found;
    while ((length = getline(&line, &room, file)) > 0) {
        if (line[length - 1] == '\n') line[length - 1] = 0;
        if (found.count % 1024 == 0) found.item = realloc(found.item, (found.count + 1024) * sizeof *found.item);
        found.item[found.count++] = strdup(line);
    }
    fclose(file);
    free(line);
    return found;
}

static size_t drop(char *bytes, size_t size, size_t count, void *unused) {
    (void)bytes, (void)unused;
    return size * count;
}

static size_t keep_tag(char *line, size_t size, size_t count, void *given) {
    struct slot *slot = given;
    size_t length = size * count;
    if (length > 6 && strncasecmp(line, "etag:", 5) == 0) {
        const char *start = line + 5, *end = line + length;
        while (start < end && *start == ' ') start++;
        while (end > start && (end[-1] == '\r' || end[-1] == '\n')) end--;
        char **tag = &tags.item[slot->index];
        if (strlen(*tag) != (size_t)(end - start) || strncmp(*tag, start, end - start) != 0) {
            free(*tag);
            *tag = strndup(start, end - start);
            changed = 1;
        }
    }
    return length;
}

static void ask(CURLM *multi, struct slot *slot, int index) {
    slot->index = index;
    slot->headers = NULL;
    curl_easy_setopt(slot->easy, CURLOPT_URL, urls.item[index]);
    if (tags.item[index][0]) {
        char line[300];
        snprintf(line, sizeof line, "If-None-Match: %s", tags.item[index]);
        slot->headers = curl_slist_append(NULL, line);
    }
    curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, slot->headers);
    curl_multi_add_handle(multi, slot->easy);
}

static void prepare(struct slot *slot, const char *authorities, const char *bundle, int unpack) {
    CURL *easy = slot->easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_PRIVATE, slot);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "floor");
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, (long)unpack);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, keep_tag);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, slot);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CAPATH, authorities);
    curl_easy_setopt(easy, CURLOPT_CAINFO, bundle);
}

/* Takes what has ended, and asks for the next in its place. How many went wrong. */
static int take(CURLM *multi, int *ended, int *next) {
    int wrong = 0, left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left))) {
        struct slot *slot;
        long status = 0;
        CURLcode result = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot);
        curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
        if (result != CURLE_OK || (status != 200 && status != 304)) {
            fprintf(stderr, "%s: %ld %s\n", urls.item[slot->index], status, curl_easy_strerror(result));
            wrong++;
        }
        (*ended)++;
        curl_multi_remove_handle(multi, slot->easy);
        curl_slist_free_all(slot->headers);
        if (*next < urls.count) ask(multi, slot, (*next)++);
    }
    return wrong;
}

static void write_tags(const char *path) {
    char temporary[4096];
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    FILE *file = fopen(temporary, "w");
    if (!file) return;
    for (int index = 0; index < urls.count; index++) fprintf(file, "%s\n", tags.item[index]);
    if (fclose(file) == 0) rename(temporary, path);
}

int main(int count, char **words) {
    const char *authorities = NULL, *bundle = NULL, *tag_file = NULL;
    int unpack = 0, ended = 0, next = 0, wrong = 0, running, letter;
    while ((letter = getopt(count, words, "ua:b:t:")) != -1) {
        if (letter == 'u') unpack = 1;
        else if (letter == 'a') authorities = optarg;
        else if (letter == 'b') bundle = optarg;
        else if (letter == 't') tag_file = optarg;
        else return 64;
    }
    if (optind >= count || (urls = read_lines(words[optind])).count == 0) return 64;
    if (tag_file) tags = read_lines(tag_file);
    if (tags.count != urls.count) {
        tags.item = calloc(urls.count, sizeof *tags.item);
        for (int index = 0; index < urls.count; index++) tags.item[index] = strdup("");
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM *multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, 1L);
    curl_multi_setopt(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, (long)in_flight);
    static struct slot slots[in_flight];
    for (int index = 0; index < in_flight && next < urls.count; index++) {
        prepare(&slots[index], authorities, bundle, unpack);
        ask(multi, &slots[index], next++);
    }
    while (ended < urls.count) {
        curl_multi_perform(multi, &running);
        wrong += take(multi, &ended, &next);
        /* A short wait: libcurl 7.88 can lose a wake-up when streams end on headers alone. */
        if (ended < urls.count) curl_multi_poll(multi, NULL, 0, lull_ms, NULL);
    }
    if (tag_file && changed) write_tags(tag_file);
    _exit(wrong != 0); /* nothing is freed: the floor */
}
