/* timerfd(2), which the Glibc module of Swift leaves out. */
#include <sys/timerfd.h>
