// PCRE2 for bytes. Swift sees the functions with the width in their names: the plain ones are macros.
#ifndef WATCHER_CPCRE2_H
#define WATCHER_CPCRE2_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#endif
