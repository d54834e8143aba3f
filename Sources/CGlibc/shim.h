/* timerfd(2), mallopt(3) and malloc_trim(3), which the Glibc module of Swift leaves out. */
#include <malloc.h>
#include <sys/timerfd.h>
