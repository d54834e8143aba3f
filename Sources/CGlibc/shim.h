/* timerfd(2) and malloc_trim(3), which the Glibc module of Swift leaves out. */
#include <malloc.h>
#include <sys/timerfd.h>
