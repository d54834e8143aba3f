// What Swift cannot call of libcurl by itself: its variadic functions. Nothing here decides anything.
#ifndef WATCHER_CCURL_H
#define WATCHER_CCURL_H

#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// Values of an enumeration in libcurl until 8.12, macros of a number since: one type here.
static const long watcher_use_tls_always = (long)CURLUSESSL_ALL;
static const long watcher_use_tls_where_offered = (long)CURLUSESSL_TRY;

// Swift can't call variadic C, and `curl_easy_setopt` is: one typed function for each kind of argument. A wrong pair
// of option and kind is undefined in C, so callers pass only options that libcurl documents for that kind.
static inline CURLcode watcher_easy_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode watcher_easy_set_size(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode watcher_easy_set_string(CURL *easy, CURLoption option, const char *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode watcher_easy_set_pointer(CURL *easy, CURLoption option, void *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode watcher_easy_set_list(CURL *easy, CURLoption option, struct curl_slist *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

// Callbacks are variadic arguments too: typed here, so that the compiler checks the signature of each.
static inline CURLcode watcher_easy_set_write(CURL *easy, CURLoption option, curl_write_callback callback) {
    return curl_easy_setopt(easy, option, callback);
}

static inline CURLcode watcher_easy_set_prerequest(CURL *easy, curl_prereq_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
}

static inline CURLcode watcher_easy_set_open_socket(CURL *easy, curl_opensocket_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
}

static inline CURLcode watcher_easy_set_close_socket(CURL *easy, curl_closesocket_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, callback);
}

static inline CURLcode watcher_easy_set_read(CURL *easy, curl_read_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_READFUNCTION, callback);
}

static inline CURLcode watcher_easy_set_progress(CURL *easy, curl_xferinfo_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, callback);
}

static inline CURLcode watcher_easy_set_debug(CURL *easy, curl_debug_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, callback);
}

// libcurl 8.2 spells the option with one L less, and keeps this name as a macro that Swift does not see.
static inline CURLcode watcher_easy_allow_refused_recipients(CURL *easy) {
    return curl_easy_setopt(easy, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
}

// `curl_easy_getinfo` is variadic as well, and writes through a pointer of the kind that the question asks for.
static inline CURLcode watcher_easy_get_long(CURL *easy, CURLINFO question, long *answer) {
    return curl_easy_getinfo(easy, question, answer);
}

static inline CURLcode watcher_easy_get_pointer(CURL *easy, CURLINFO question, void *_Nullable *_Nonnull answer) {
    return curl_easy_getinfo(easy, question, answer);
}

// Variadic for the multi and the share handle too; only numbers are ever given to those.
static inline CURLMcode watcher_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline CURLSHcode watcher_share_add(CURLSH *share, curl_lock_data what) {
    return curl_share_setopt(share, CURLSHOPT_SHARE, what);
}

// As socket(2), with each argument extended to a whole register. The C library passes on what stands in the registers, whose
// upper halves a caller may leave as they are; the kernel ignores these, but a filter of system calls (systemd's
// RestrictAddressFamilies) compares all of them.
static inline int watcher_socket(int family, int type, int protocol) {
    return (int)syscall(SYS_socket, (long)family, (long)type, (long)protocol);
}

// Bytes that the program has read from a TCP connection, -1 where the kernel does not say: what has come less what waits.
// The C library's `struct tcp_info` ends before `tcpi_bytes_received`, which Linux has at this place since 4.1.
static inline int64_t watcher_socket_consumed(int socket) {
    unsigned char info[136];
    socklen_t size = sizeof info;
    uint64_t received;
    int waiting = 0;
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, info, &size) != 0 || size < sizeof info) return -1;
    if (ioctl(socket, FIONREAD, &waiting) != 0) return -1;
    memcpy(&received, info + 128, sizeof received);
    return (int64_t)received - waiting;
}

// An old-style struct with a union: read here, because the union's layout is C's business.
static inline CURLcode watcher_message_result(const CURLMsg *message) { return message->data.result; }

#endif
