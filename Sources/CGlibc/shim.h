/* timerfd(2), eventfd(2), mallopt(3) and malloc_trim(3), which the Glibc module of Swift leaves out. */
#include <malloc.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
