#ifndef WATCHER_CCURL_H
#define WATCHER_CCURL_H
#include <curl/curl.h>
#endif
